import { describe, expect, test } from "vitest";
import { isRetried, isSuperseded, retryDelaySeconds } from "../../../src/worker/message-outcome.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const rules = { schedulePeriodMs: 600_000, maxReceiveCount: 5 };
const delivery = (receiveCount: number) => ({
  message: { cluster: "prod-eu", tick },
  receiveCount,
});

test.each([
  ["a second old", 1_000, false],
  ["as old as the schedule", 600_000, false],
  ["older than the schedule", 600_001, true],
  ["hours old", 4 * 3_600_000, true],
  ["from the future, by a clock that differs", -60_000, false],
])("a message that is %s is superseded: %s", (_, ageMs, superseded) => {
  expect(isSuperseded(delivery(1), rules, new Date(tick.getTime() + ageMs))).toBe(superseded);
});

test.each([
  [1, true],
  [4, true],
  [5, false],
  [6, false],
])("a sweep that failed at receive %i is tried again: %s", (receiveCount, retried) => {
  expect(isRetried(delivery(receiveCount), rules)).toBe(retried);
});

describe("the delay before the next try", () => {
  test.each([
    [1, 20],
    [2, 40],
    [3, 80],
    [4, 160],
    [9, 640],
    [1_000, 640],
  ])("after receive %i is %i seconds", (receiveCount, seconds) => {
    expect(retryDelaySeconds(delivery(receiveCount))).toBe(seconds);
  });

  test("ends all tries before the next tick of the default schedule", () => {
    const seconds = [1, 2, 3, 4].map((count) => retryDelaySeconds(delivery(count)));
    expect(seconds.reduce((sum, each) => sum + each)).toBeLessThan(600);
  });
});
