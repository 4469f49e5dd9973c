import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadConfig } from "../../../src/config/load.ts";
import { fixturesOf } from "../../cost/fixtures-of.ts";
import { memoryMb, timeoutSeconds } from "../../cost/functions.ts";
import { medianWork } from "../../cost/measure/median-work.ts";
import type { Measured, Work } from "../../cost/measured.ts";
import { billedMs, countsOf, logBytes, monthOf } from "../../cost/month.ts";
import { msInLambda } from "../../cost/ms-in-lambda.ts";

const work: Work = {
  wallMs: 1_000,
  cpuMs: 0,
  logLines: 1,
  logBytes: 1_000,
  calls: { "secretsmanager:GetSecretValue": 1 },
};
const sweep = { ...work, sentBytes: 2_000, receivedBytes: 0 };
const measured: Measured = {
  machine: { cpu: "", cores: 2, node: "", kubeApiServer: "", date: "2026-11-21" },
  setting: { roundTripMs: 100, awsMs: 20, namespaces: 50 },
  refresh: { idle: sweep, renewing: { ...sweep, sentBytes: 102_000 }, hanging: sweep },
  dispatch: {
    "100": { ...work, calls: { "secretsmanager:ListSecrets": 1, "sqs:SendMessageBatch": 10 } },
  },
  throttledDispatch: {
    refusedShare: 0.5,
    callMs: 100,
    lists: 200,
    sends: 1_000,
    wallMs: 1,
    cpuMs: 1,
    peakBytes: 1,
  },
  perClusterLog: { lines: 1, bytes: 300 },
};
const fixtures = { metrics: 6, alarms: 10, dashboards: 1, places: 50, logRetentionDays: 30 };
const scenario = { clusters: 100, scheduleMinutes: 10 };

describe("a month", () => {
  test("has a sweep per cluster and tick, some of which renew everything", () => {
    const { ticks, sweeps, renewals } = countsOf(scenario);
    expect([ticks, sweeps]).toEqual([4_380, 438_000]);
    // Every 5 h 47 min.
    expect(renewals / 100).toBeCloseTo(730 / (5.7 + 1 / 12), 6);
  });

  test("renews no more often by a shorter schedule, and hardly less by a longer one", () => {
    const renewals = (scheduleMinutes: number) => countsOf({ ...scenario, scheduleMinutes });
    expect(renewals(1).renewals).toBeLessThan(730 * (100 / 5.7));
    expect(renewals(60).renewals).toBeGreaterThan(730 * (100 / 6.3));
  });

  test("is counted as AWS counts", () => {
    const month = monthOf(scenario, measured, fixtures);
    expect(month).toMatchObject({
      secret: 100,
      secretCall: 438_000 + 4_380,
      lambdaRequest: 438_000 + 4_380,
      metric: 6,
      alarm: 10,
      dashboard: 1,
      // Sends, then each message received and deleted, and an idle queue asked 15 times a minute.
      sqsRequest: 4_380 * 10 + 2 * 438_000 + 15 * 730 * 60,
      eventBridgeEvent: 4_380,
    });
    const { renewals } = countsOf(scenario);
    expect(month.sentGb).toBeCloseTo((438_000 * 2_000 + renewals * 100_000) / 1e9, 9);
    const starts = 4_380 * 0.5 * ((50 * 256 + 160) / 1_024);
    const worked = 438_000 * 0.25 + 4_380 * (160 / 1_024);
    expect(month.lambdaGbSecond).toBeCloseTo(worked + starts, 6);
    expect(month.logIngestedGb).toBeCloseTo((442_380 * logBytes(work)) / 1e9, 9);
  });

  test("of a fleet whose dispatch nobody measured can't be told", () => {
    expect(() => monthOf({ ...scenario, clusters: 7 }, measured, fixtures)).toThrow(
      "no dispatch of 7 clusters was measured",
    );
  });
});

test("a line in the log is also Lambda's three, and what CloudWatch adds to each", () => {
  const nothing = { logBytes: 0, logLines: 0 };
  expect(logBytes(nothing)).toBeGreaterThan(300);
  expect(logBytes(nothing)).toBeLessThan(450);
  expect(logBytes({ logBytes: 1_000, logLines: 2 }) - logBytes(nothing)).toBe(1_052);
});

test("waiting takes as long in Lambda, and computing longer by its share of a core", () => {
  expect(msInLambda({ wallMs: 500, cpuMs: 0 }, 256)).toBe(500);
  expect(msInLambda({ wallMs: 500, cpuMs: 20 }, 1_769)).toBe(500);
  expect(msInLambda({ wallMs: 500, cpuMs: 20 }, 1_769 / 10)).toBeCloseTo(680, 9);
  expect(billedMs({ ...work, wallMs: 1.2 }, "refresh")).toBe(2);
});

describe("a median of invocations", () => {
  test("is one of each number", () => {
    const works = [1, 5, 9].map((wallMs) => ({ ...work, wallMs }));
    expect(medianWork(works)).toEqual({ ...work, wallMs: 5 });
  });

  test("isn't made of invocations that asked for different things", () => {
    const other = { ...work, calls: { "secretsmanager:ListSecrets": 1 } };
    expect(() => medianWork([work, other])).toThrow("calls differ");
  });
});

test("what is assumed of the functions is what is deployed", () => {
  const deployed = z
    .object({
      provider: z.object({ memorySize: z.number() }),
      functions: z.object({
        dispatch: z.object({ memorySize: z.number(), timeout: z.number() }),
        refresh: z.object({ timeout: z.number() }),
      }),
    })
    .parse(parse(readFileSync("serverless.yml", "utf8"), { logLevel: "silent" }));
  const { provider, functions } = deployed;
  expect(memoryMb).toEqual({
    refresh: provider.memorySize,
    dispatch: functions.dispatch.memorySize,
  });
  expect(timeoutSeconds).toEqual({
    refresh: functions.refresh.timeout,
    dispatch: functions.dispatch.timeout,
  });
});

test("what a stack costs by its presence is counted in the stack", async () => {
  const config = await loadConfig("config/prod.yml");
  const counted = fixturesOf({ stage: "prod", config });
  expect(counted).toMatchObject({ metrics: 7, dashboards: 1, places: 50, logRetentionDays: 30 });
  // One metric each, also of the alarm on a formula.
  expect(counted.alarms).toBeGreaterThanOrEqual(9);
  expect(counted.alarms).toBeLessThanOrEqual(12);
});
