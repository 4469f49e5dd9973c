/** How the alarm on AWS sessions fares over hours: silent while they are renewed, and in time else. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { longestSessionScheduleMinutes } from "../../../src/config/session-life.ts";
import { sessionMetrics } from "../../../src/telemetry/metrics.ts";
import { type DeployedStage, deploy, podsRole } from "./deployed-stage.ts";
import { resourcesOf } from "./resources.ts";

const assumeRole = "sts:AssumeRole";

describe("with sessions for pods, and the slowest schedule that they can do with,", () => {
  const scheduleMinutes = longestSessionScheduleMinutes;
  let stage: DeployedStage;
  beforeEach(async () => {
    stage = await deploy(resourcesOf({ scheduleMinutes, sessions: true }));
    stage.register("eu");
  });
  afterEach(() => stage.close());

  const minutesLeft = () =>
    stage.datapoints
      .filter(({ metric }) => metric === sessionMetrics.minutesToSoonestSessionExpiry.name)
      .map(({ value }) => value);
  const ticksIn = (minutes: number) => Math.ceil(minutes / scheduleMinutes);
  const notGreen = () => stage.alarmNames.filter((name) => stage.state(name) !== "OK");
  const everRed = (name: string) => stage.history(name).some(({ state }) => state === "ALARM");

  test("hours in which all goes well wake nobody, and always leave 20 minutes", async () => {
    await stage.tick(ticksIn(200));
    expect(stage.aws.count(assumeRole)).toBeGreaterThanOrEqual(5);
    expect(stage.aws.count(assumeRole)).toBeLessThanOrEqual(8);
    expect(Math.min(...minutesLeft())).toBeGreaterThanOrEqual(20);
    expect(Math.max(...minutesLeft())).toBeLessThanOrEqual(60);
    expect(["session-expiry", "expiry", "failing"].filter(everRed)).toEqual([]);
    expect(notGreen()).toEqual([]);
  });

  test("a role that can't be assumed is told before its sessions end, apart from pull secrets", async () => {
    const mintedMs = stage.now().getTime();
    await stage.tick();
    stage.aws.deny(assumeRole, { resource: podsRole });
    await stage.tick(ticksIn(60));
    const { state, atMs = 0 } = stage.history("session-expiry").at(-1) ?? {};
    expect(state).toBe("ALARM");
    const minutes = (atMs - mintedMs) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(45);
    expect(minutes).toBeLessThanOrEqual(45 + scheduleMinutes + 1);
    expect(notGreen()).toEqual(["failing", "session-expiry"]);
    expect(everRed("expiry")).toBe(false);
    stage.aws.allow(assumeRole, { resource: podsRole });
    await stage.tick(2);
    expect(notGreen()).toEqual([]);
  });
});

test("a cluster that left takes its alarm along", async () => {
  const stage = await deploy(resourcesOf({ sessions: true }));
  stage.register("eu", { "sessions-expire-at": stage.inHours(0.2) });
  await stage.tickInVain();
  expect(stage.state("session-expiry")).toBe("ALARM");
  await stage.unregister("eu");
  await stage.tick();
  expect(stage.state("session-expiry")).toBe("OK");
  await stage.close();
});
