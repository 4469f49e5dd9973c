import { describe, expect, test } from "vitest";
import { judgeAims } from "../../bench/aims.ts";
import { timing } from "../../bench/measure.ts";
import type { BenchResult } from "../../bench/results.ts";
import { goodResult } from "./result-fixture.ts";

const verdicts = (result: BenchResult) => judgeAims(result).map(({ met }) => met);

/** At 100 ms, which the aims are about. */
function withTotal(contestant: string, ms: number): BenchResult {
  const renewals = goodResult.renewals.map((each) =>
    each.contestant === contestant ? { ...each, total: [timing([1]), timing([ms])] } : each,
  );
  return { ...goodResult, renewals };
}

function withPeak(mebibytes: number): BenchResult {
  const { firstSweep } = goodResult;
  const likeLambda = { ...firstSweep.likeLambda, peakBytes: mebibytes * 2 ** 20 };
  return { ...goodResult, firstSweep: { ...firstSweep, likeLambda } };
}

describe("the aims", () => {
  test("are all met by a good run, and say what was found", () => {
    expect(judgeAims(goodResult)).toMatchObject([
      { found: "1.26 s", met: true },
      { found: "+8 %", met: true },
      { found: "6.30 s", met: true },
      { found: "120 MiB", met: true },
    ]);
  });

  test.each([
    ["a slow sweep", withTotal("sweep", 1_500), [false, true, true, true]],
    [
      "a sweep far over the ceiling",
      { ...goodResult, overCeiling: [1, 1.16] },
      [true, false, true, true],
    ],
    ["a fast stock client", withTotal("stock", 4_999), [true, true, false, true]],
    ["a large process", withPeak(128), [true, true, true, false]],
  ])("are missed by %s, one by one", (_, result, expected) => {
    expect(verdicts(result)).toEqual(expected);
  });

  test("are not judged on fewer namespaces", () => {
    expect(judgeAims({ ...goodResult, namespaces: 100 })).toEqual([]);
  });

  test("are not met by a number that is missing", () => {
    expect(verdicts({ ...goodResult, renewals: [], overCeiling: [] })).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});
