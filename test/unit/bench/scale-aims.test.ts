import { describe, expect, test } from "vitest";
import { type DispatchResult, judgeThrottledDispatch } from "../../bench/dispatch.ts";
import { judgeQueue, type QueueResult } from "../../bench/queue.ts";

const mebibyte = 2 ** 20;

describe("a dispatch of 10,000 clusters that AWS throttles", () => {
  const good: DispatchResult = {
    clusters: 10_000,
    queued: 10_000,
    lists: 211,
    sends: 1_000,
    totalMs: 50_000,
    cpuMs: 2_500,
    startRssBytes: 80 * mebibyte,
    peakBytes: 116 * mebibyte,
  };

  test("is within an invocation's time and memory, and says what it took", () => {
    expect(judgeThrottledDispatch(good)).toMatchObject([
      { met: true, found: "10,000, by 211 list and 1,000 send calls" },
      // 2.5 s of a core are 25 s more of a Lambda's 9 %.
      { met: true, found: "50 s; 75 s with a Lambda's share of a core" },
      { met: true, found: "116 MiB" },
    ]);
  });

  test.each([
    ["leaves a cluster out", { queued: 9_999 }, [false, true, true]],
    ["computes for too long at Lambda's share", { cpuMs: 7_000 }, [true, false, true]],
    ["is too large", { peakBytes: 128 * mebibyte }, [true, true, false]],
  ])("misses its aim when it %s", (_, part, met) => {
    expect(judgeThrottledDispatch({ ...good, ...part }).map((aim) => aim.met)).toEqual(met);
  });
});

describe("a queue with clusters that hang", () => {
  const half: QueueResult = {
    case: { percent: 50, ms: 30_000, ticks: 30, limitMinutes: 180 },
    longestGapMs: 148 * 60_000,
    lateTicks: 13,
  };

  test("says for how long others were without a sweep, and until when", () => {
    expect(judgeQueue([half])).toEqual([
      {
        aim: "queue, 50 % of 10,000 clusters hang for 30 s: no other is without a sweep for 180 min",
        found: "148 min, all swept at each tick again after 13",
        met: true,
      },
    ]);
  });

  test("says that no tick was late, and misses its aim by a minute", () => {
    const late = { ...half, longestGapMs: 180 * 60_000, lateTicks: -1 };
    expect(judgeQueue([late])).toMatchObject([{ found: "180 min, no tick late", met: false }]);
  });
});
