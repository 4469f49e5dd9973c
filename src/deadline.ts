/**
 * The end of a sweep's time, in two steps: `stop` a margin before it, when no new work starts, and
 * `abort` at its end, when what is in flight is given up. So what was done can still be reported.
 */
import type { StopReason } from "./refresh/ports.ts";

export interface Deadline extends Disposable {
  /** Its reason is a StopReason. */
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

export interface SweepTime {
  readonly limitMs: number;
  /** How long before the limit no new work starts. */
  readonly marginMs: number;
}

/** @param interrupt somebody else's wish to stop; what is in flight may finish */
export function startDeadline({ limitMs, marginMs }: SweepTime, interrupt?: AbortSignal): Deadline {
  const late = new AbortController();
  const over = new AbortController();
  const deadline: StopReason = "deadline";
  const timers = [
    setTimeout(() => late.abort(deadline), Math.max(0, limitMs - marginMs)),
    setTimeout(() => over.abort(deadline), Math.max(0, limitMs)),
  ];
  return {
    stop: interrupt ? AbortSignal.any([interrupt, late.signal]) : late.signal,
    abort: over.signal,
    [Symbol.dispose]: () => timers.forEach(clearTimeout),
  };
}
