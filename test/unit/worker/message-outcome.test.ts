import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import type { RefreshMessage } from "../../../src/dispatch/refresh-message.ts";
import {
  isRetried,
  isSuperseded,
  retryDelaySeconds,
  sweepLimitMs,
} from "../../../src/worker/message-outcome.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const rules = { schedulePeriodMs: 600_000, places: 50, maxReceiveCount: 5 };
const delivery = (receiveCount: number, more: Partial<RefreshMessage> = {}) => ({
  message: { cluster: "prod-eu", tick, state: noState, ...more },
  receiveCount,
});
const wasFailing = { state: { ...noState, failingSince: new Date("2026-11-21T11:50:00Z") } };

test.each([
  ["a second old", 1_000, false],
  ["as old as the schedule", 600_000, false],
  ["older than the schedule", 600_001, true],
  ["hours old", 4 * 3_600_000, true],
  ["from the future, by a clock that differs", -60_000, false],
])("a message that is %s is superseded: %s", (_, ageMs, superseded) => {
  expect(isSuperseded(delivery(1), rules, new Date(tick.getTime() + ageMs))).toBe(superseded);
});

const quick = { durationMs: 500 };

test.each([
  [1, true],
  [4, true],
  [5, false],
  [6, false],
])("a sweep that failed at receive %i is tried again: %s", (receiveCount, retried) => {
  expect(isRetried(delivery(receiveCount), quick, rules)).toBe(retried);
});

test.each([
  ["of a cluster that had been failing before this tick", wasFailing, 500],
  ["that took as long as one that hangs", {}, 9_000],
])("a sweep %s is left to the next tick", (_, message, durationMs) => {
  expect(isRetried(delivery(1, message), { durationMs }, rules)).toBe(false);
});

describe("the time of a sweep", () => {
  test.each([
    ["all that there is, of a cluster that was well", delivery(1), undefined],
    ["all that there is, if somebody asked for it", delivery(1, { state: undefined }), undefined],
    ["35 s, of one that has just failed", delivery(2), 35_000],
    ["35 s, of one that had been failing", delivery(1, wasFailing), 35_000],
    ["35 s, of one among a few", delivery(1, { ...wasFailing, failingLong: 20 }), 35_000],
    // Half of 50 places for 10 minutes.
    ["its share, of one among many", delivery(1, { ...wasFailing, failingLong: 1_500 }), 10_000],
    ["5 s, of one among most", delivery(1, { ...wasFailing, failingLong: 9_000 }), 5_000],
    ["all that there is, where others fail", delivery(1, { failingLong: 9_000 }), undefined],
  ])("is %s", (_, of, limitMs) => {
    expect(sweepLimitMs(of, rules)).toBe(limitMs);
  });
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
