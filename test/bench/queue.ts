/**
 * `node test/bench/queue.ts`: clusters that hang, in virtual time, at a 25th of the size: 400 clusters
 * and two places stand for 10,000 and fifty.
 */
import { longestGapMs } from "../simulation/longest-gap.ts";
import { type Simulated, simulateQueue } from "../simulation/queue-simulation.ts";
import type { Aim } from "./results.ts";

const minuteMs = 60_000;
const usual = { clusters: 400, places: 2, periodMs: 10 * minuteMs, sweepMs: 600 };

/** What begins to hang at the second tick, and how long others may be without a sweep for it. */
const cases = [
  { percent: 5, ms: 30_000, ticks: 12, limitMinutes: 20 },
  { percent: 5, ms: 85_000, ticks: 24, limitMinutes: 60 },
  { percent: 10, ms: 30_000, ticks: 24, limitMinutes: 60 },
  { percent: 30, ms: 30_000, ticks: 24, limitMinutes: 180 },
  { percent: 50, ms: 30_000, ticks: 30, limitMinutes: 180 },
] as const;

export interface QueueResult {
  readonly case: (typeof cases)[number];
  readonly longestGapMs: number;
  /** Ticks from then on whose messages weren't all dealt with when the next one came. */
  readonly lateTicks: number;
}

export async function measureQueue(): Promise<QueueResult[]> {
  const found: QueueResult[] = [];
  for (const each of cases) {
    const { percent, ms, ticks } = each;
    const count = (usual.clusters * percent) / 100;
    const hanging = { count, ms, fromMs: usual.periodMs - 1 };
    const simulated: Simulated = { ...usual, ticks, hanging };
    const seen = await simulateQueue(simulated);
    const lateTicks = seen.left.findLastIndex((left) => left > 0);
    found.push({ case: each, longestGapMs: longestGapMs(seen, simulated), lateTicks });
  }
  return found;
}

export function judgeQueue(found: readonly QueueResult[]): Aim[] {
  return found.map(({ case: { percent, ms, limitMinutes }, longestGapMs: gapMs, lateTicks }) => ({
    aim: `queue, ${percent} % of 10,000 clusters hang for ${ms / 1_000} s: no other is without a sweep for ${limitMinutes} min`,
    found: `${Math.round(gapMs / minuteMs)} min, ${describeLateness(lateTicks)}`,
    met: gapMs < limitMinutes * minuteMs,
  }));
}

function describeLateness(ticks: number): string {
  return ticks < 0 ? "no tick late" : `all swept at each tick again after ${ticks}`;
}

if (import.meta.main) {
  const judged = judgeQueue(await measureQueue());
  for (const { aim, found, met } of judged) {
    process.stdout.write(`${met ? "pass" : "miss"}  ${aim}: ${found}\n`);
  }
  process.exitCode = judged.every(({ met }) => met) ? 0 : 1;
}
