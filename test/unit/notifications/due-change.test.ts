import { describe, expect, test } from "vitest";
import { aboutToBeTold } from "../../../src/dispatch/failing-long.ts";
import { dueChange } from "../../../src/notifications/due-change.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(tick.getTime() - minutes * 60_000);
const periodMs = 600_000;
const few = { tick, untold: 1, isCounted: true };
const well = { failingSince: undefined, failureToldAt: undefined };
const failingLong = { failingSince: minutesAgo(30), failureToldAt: undefined };

describe("the topic is told of", () => {
  test.each([
    ["a cluster that has been failing for three schedules", failingLong, few, "failing"],
    ["one whose third failure came a few seconds late", since(29.9), few, "failing"],
    ["as many as one may read", failingLong, { ...few, untold: 20 }, "failing"],
    ["one whose notice was prepared, and perhaps never sent", prepared(), few, "failing"],
    ["one that was told to be failing, and isn't", recovered(), few, "recovered"],
    ["its recovery whoever swept it", recovered(), undefined, "recovered"],
    ["its recovery however many fail", recovered(), { ...few, untold: 9_000 }, "recovered"],
    ["the recovery of one that was perhaps told of", recovered(30), few, "recovered"],
  ] as const)("%s", (_, standing, fleet, change) => {
    expect(dueChange(standing, fleet, periodMs)).toBe(change);
  });
});

describe("the topic isn't told of", () => {
  test.each([
    ["a cluster that is well", well, few],
    ["one that has just failed", since(0), few],
    ["one that has been failing for two schedules", since(20), few],
    ["one that was told before", told(20), few],
    ["one that was told, mended for a while without a topic, and fails again", told(90), few],
    ["each of so many that an alarm speaks for all", failingLong, { ...few, untold: 21 }],
    [
      "one that dispatch didn't count, by a list that lags",
      failingLong,
      { ...few, isCounted: false },
    ],
    ["one that keeps failing while somebody looks on, as far as they know", failingLong, undefined],
  ] as const)("%s", (_, standing, fleet) => {
    expect(dueChange(standing, fleet, periodMs)).toBeUndefined();
  });

  test("a failure that began since the tick's count, of a cluster that was in it and recovered", () => {
    expect(dueChange(since(20), few, periodMs)).toBeUndefined();
    expect(dueChange(since(20), { ...few, tick: minutesAgo(-10) }, periodMs)).toBe("failing");
  });

  test("a failure of half an hour where the schedule is an hour", () => {
    expect(dueChange(failingLong, few, 3_600_000)).toBeUndefined();
  });
});

function since(minutes: number) {
  return { failingSince: minutesAgo(minutes), failureToldAt: undefined };
}

function told(minutes: number) {
  return { failingSince: minutesAgo(60), failureToldAt: minutesAgo(minutes) };
}

function recovered(minutes = 20) {
  return { failingSince: undefined, failureToldAt: minutesAgo(minutes) };
}

function prepared() {
  return { ...failingLong, failureToldAt: aboutToBeTold(failingLong) };
}
