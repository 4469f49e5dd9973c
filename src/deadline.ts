/**
 * The end of a sweep's time, in two steps: `stop` a margin before it, when no new work starts, and
 * `abort` at its end, when what is in flight is given up. So what was done can still be reported.
 */
import type { StopReason } from "./refresh/ports.ts";

export interface Deadline extends Disposable {
  /** Its reason is a StopReason. */
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** It ends so long from now, unless it would have ended sooner. */
  shorten(limitMs: number): void;
}

export interface SweepTime {
  readonly limitMs: number;
  /** How long before the limit no new work starts. */
  readonly marginMs: number;
}

const leastWorkShare = 0.8;

/** Acts once so much time has passed. @returns what forgets it */
export type Later = (act: () => void, ms: number) => () => void;

const inRealTime: Later = (act, ms) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

/** @param interrupt somebody else's wish to stop; what is in flight may finish */
export function startDeadline(
  { limitMs, marginMs }: SweepTime,
  interrupt?: AbortSignal,
  later: Later = inRealTime,
): Deadline {
  const late = new AbortController();
  const over = new AbortController();
  const deadline: StopReason = "deadline";
  const timers: (() => void)[] = [];
  const end = (endMs: number, lateMs: number) => {
    timers.push(
      later(() => late.abort(deadline), Math.max(0, lateMs)),
      later(() => over.abort(deadline), Math.max(0, endMs)),
    );
  };
  end(limitMs, limitMs - marginMs);
  return {
    stop: interrupt ? AbortSignal.any([interrupt, late.signal]) : late.signal,
    abort: over.signal,
    // Of little time, most is still for work.
    shorten: (ms) => end(ms, Math.max(ms - marginMs, ms * leastWorkShare)),
    [Symbol.dispose]: () => {
      for (const forget of timers) forget();
    },
  };
}
