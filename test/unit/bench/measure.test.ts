import { describe, expect, test } from "vitest";
import { extrapolate, median, timing } from "../../bench/measure.ts";
import { countDifferences } from "../../bench/stages/count-differences.ts";

describe("median", () => {
  test.each([
    [[7], 7],
    [[9, 1, 5], 5],
    [[10, 1, 4, 2], 3],
    [[100, 20, 3], 20],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test("of nothing is a mistake", () => {
    expect(() => median([])).toThrow("a median of nothing");
  });
});

test("a timing keeps the spread, and what it was scaled up from", () => {
  expect(timing([30, 10, 20], 50)).toEqual({
    medianMs: 20,
    minMs: 10,
    maxMs: 30,
    runs: 3,
    extrapolatedFrom: 50,
  });
});

test("scaling up counts the fixed part once", () => {
  // 300 ms to list, then 50 namespaces at 20 ms each.
  const run = { totalMs: 1_300, applyMs: 1_000, written: 50 };
  expect(extrapolate(run, 500)).toBe(300 + 500 * 20);
});

describe("the check of requests", () => {
  test("finds nothing where counts are as wanted", () => {
    expect(countDifferences({ "list secrets": 1 }, { "list secrets": 1 })).toEqual([]);
  });

  test("names what is missing, too many, and not wanted at all", () => {
    const wanted = { "list namespaces": 1, "patch secrets": 500 };
    const found = { "patch secrets": 501, "get secrets": 3 };
    expect(countDifferences(wanted, found)).toEqual([
      "list namespaces: 0, not 1",
      "patch secrets: 501, not 500",
      "get secrets: 3, not 0",
    ]);
  });
});
