/** How soon alarms speak, at the fastest schedule, the usual one and the slowest. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clusterMetrics, fleetMetrics } from "../../../src/telemetry/metrics.ts";
import { type DeployedStage, deploy } from "./deployed-stage.ts";
import { resourcesOf } from "./resources.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe.each([1, 10, 60])("with a schedule of %i minutes", (scheduleMinutes) => {
  let stage: DeployedStage;
  beforeEach(async () => {
    stage = await deploy(resourcesOf({ scheduleMinutes }));
  });
  afterEach(() => stage.close());

  test("silence is told after three schedules, and not before ten minutes", async () => {
    await stage.tick(4);
    const lastTickMs = stage.now().getTime() - scheduleMinutes * minuteMs;
    stage.pass(5 * Math.max(scheduleMinutes, 10));
    const { state, atMs = 0 } = stage.history("dispatch-silent").at(-1) ?? {};
    expect(state).toBe("ALARM");
    const least = Math.max(3 * scheduleMinutes, 10);
    expect((atMs - lastTickMs) / minuteMs).toBeGreaterThanOrEqual(least);
    expect((atMs - lastTickMs) / minuteMs).toBeLessThan(least + 1);
  });

  test("metrics that come in two minutes late are no silence, nor is a tick that was missed", async () => {
    await stage.tick(3);
    stage.pass(scheduleMinutes);
    await stage.tick(3);
    expect(stage.history("dispatch-silent", 2 * minuteMs).map(({ state }) => state)).toEqual([
      "ALARM",
      "OK",
    ]);
  });

  test("a failing cluster is told within the fourth schedule", async () => {
    stage.register("eu");
    stage.cluster.fault({ do: { type: "status", code: 401 }, times: Number.POSITIVE_INFINITY });
    const firstFailureMs = stage.now().getTime();
    await stage.tick(4);
    const told = stage.history("failing").at(-1);
    expect(told).toMatchObject({ state: "ALARM" });
    const schedules = ((told?.atMs ?? 0) - firstFailureMs) / (scheduleMinutes * minuteMs);
    expect(schedules).toBeGreaterThan(2.5);
    expect(schedules).toBeLessThanOrEqual(4);
  });

  test("an expiry is told with three hours left, less the schedule that hid it", async () => {
    const startMs = stage.now().getTime();
    const hours = 3 + (2.5 * scheduleMinutes) / 60;
    stage.register("eu", { "expires-at": stage.inHours(hours) });
    await stage.tickInVain(4);
    const told = stage.history("expiry").at(-1);
    expect(told).toMatchObject({ state: "ALARM" });
    const hoursLeft = hours - ((told?.atMs ?? 0) - startMs) / hourMs;
    expect(hoursLeft).toBeLessThan(3);
    expect(hoursLeft).toBeGreaterThan(3 - (scheduleMinutes + 1) / 60);
  });
});

test("at the slowest schedule, a renewal still finds five hours left, and wakes nobody", async () => {
  const stage = await deploy(resourcesOf({ scheduleMinutes: 60 }));
  stage.register("eu");
  await stage.tick(14);
  const hours = stage.datapoints
    .filter(({ metric }) => metric === fleetMetrics.hoursToSoonestExpiry.name)
    .map(({ value }) => value);
  expect(stage.aws.count("ecr:GetAuthorizationToken")).toBeGreaterThan(2);
  expect(Math.min(...hours)).toBeGreaterThan(5);
  expect(stage.alarmNames.filter((name) => stage.state(name) !== "OK")).toEqual([]);
  await stage.close();
});

test("metrics of single clusters have the dimensions that the dashboard looks for", async () => {
  const stage = await deploy(resourcesOf({ perCluster: true }), { perCluster: true });
  stage.register("eu");
  await stage.tick();
  const series = stage.datapoints
    .filter(({ dimensions }) => "cluster" in dimensions)
    .map(({ metric, dimensions }) => [metric, dimensions]);
  const dimensions = { service: "ecr-pull-secrets", stage: "prod", cluster: "eu" };
  expect(series.toSorted()).toEqual([
    [clusterMetrics.hoursToExpiry.name, dimensions],
    [clusterMetrics.sweepFailed.name, dimensions],
  ]);
  await stage.close();
});
