/**
 * Clusters that hang, and outages, at a 50th of the size: 200 clusters and one place stand for
 * 10,000 and fifty, the default.
 */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { queues } from "../../../src/deploy/template/queues.ts";
import { refreshTimeoutSeconds } from "../../../src/stack/limits.ts";
import { longestGapMs } from "../../simulation/longest-gap.ts";
import {
  deployed,
  nameOf,
  type Simulated,
  simulateQueue,
} from "../../simulation/queue-simulation.ts";

const minuteMs = 60_000;
const periodMs = 10 * minuteMs;
const usual = { clusters: 200, places: 1, periodMs, ticks: 6, sweepMs: 600 };

/** From the second tick on; as many as the first of these names. */
function hanging(share: number, ms: number, ticks = usual.ticks): Simulated {
  return { ...usual, ticks, hanging: { count: share * usual.clusters, ms, fromMs: periodMs - 1 } };
}

describe("clusters that are well", () => {
  test("are all swept once at each tick, in a quarter of the time", async () => {
    const seen = await simulateQueue(usual);
    expect(new Set([...seen.sweeps.values()].map(({ length }) => length))).toEqual(new Set([6]));
    expect(seen.superseded).toBe(0);
    expect(Math.max(...seen.busy)).toBeLessThan(0.25);
  });

  test("are swept within two schedules, when one in twenty begins to hang", async () => {
    const simulated = hanging(0.05, 30_000);
    const seen = await simulateQueue(simulated);
    expect(longestGapMs(seen, simulated)).toBeLessThan(2 * periodMs);
    expect(seen).toMatchObject({ superseded: 0, left: [0, 0, 0, 0, 0, 0], deadLetters: 0 });
    expect(Math.max(...seen.busy)).toBeLessThan(0.75);
    // Those that hang aren't forgotten: each tick is a new try.
    expect(seen.sweeps.get(nameOf(0))).toHaveLength(6);
  });

  test.each([
    ["one in twenty takes all the time of a sweep", hanging(0.05, 89_000), 60],
    ["one in ten hangs", hanging(0.1, 30_000, 8), 60],
    ["half of them hang", hanging(0.5, 30_000, 20), 180],
  ])("wait for a while when %s, and not for ever", async (_, simulated, minutes) => {
    const seen = await simulateQueue(simulated);
    expect(longestGapMs(seen, simulated)).toBeGreaterThan(2 * periodMs);
    expect(longestGapMs(seen, simulated)).toBeLessThan(minutes * minuteMs);
    expect(seen.left.slice(-2)).toEqual([0, 0]);
    expect(seen.deadLetters).toBe(0);
  });
});

test("an outage of three hours is followed by one sweep of each cluster, not by eighteen", async () => {
  const down = { fromMs: periodMs - minuteMs, untilMs: 19 * periodMs - 1 };
  const seen = await simulateQueue({ ...usual, ticks: 20, down });
  const after = [...seen.sweeps.values()].map((at) => at.filter((ms) => ms >= down.untilMs));
  expect(new Set(after.map(({ length }) => length))).toEqual(new Set([1]));
  expect(seen.superseded).toBe(18 * usual.clusters);
  expect(seen.left.slice(-3)).toEqual([17 * usual.clusters, 18 * usual.clusters, 0]);
  expect(seen.deadLetters).toBe(0);
});

test("what is simulated is what is deployed", () => {
  const config = parseConfig(
    JSON.stringify({
      schedule: "rate(10 minutes)",
      pullSecrets: [
        { name: "a", namespaces: "a", registries: [{ type: "ecr", region: "us-east-1" }] },
      ],
    }),
    "config/dev.yml",
  );
  const queue = queues({ stage: "dev", config }).resources?.["RefreshQueue"];
  expect(queue?.Properties).toMatchObject({
    VisibilityTimeout: deployed.visibilityTimeoutMs / 1_000,
    MessageRetentionPeriod: deployed.retentionMs / 1_000,
    DeduplicationScope: "messageGroup",
    RedrivePolicy: { maxReceiveCount: deployed.maxReceiveCount },
  });
  expect(refreshTimeoutSeconds).toBe(deployed.timeoutMs / 1_000);
  // As many as the whole: 10,000 clusters and the default of fifty places.
  expect(usual.clusters / usual.places).toBe(10_000 / config.aws.concurrency.queue);
});
