/**
 * Time that passes as soon as everybody waits for it. What runs in it may wait for promises and for
 * this clock, and for nothing else: hours of a thousand clusters pass in a second.
 */

export interface VirtualClock {
  now(): Date;
  /** Resolves early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** @returns what forgets it */
  at(timeMs: number, act: () => void): () => void;
  /** Lets everything happen that happens until then. */
  runUntil(timeMs: number): Promise<void>;
}

interface Timer {
  readonly timeMs: number;
  readonly act: () => void;
}

export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  /** The next to act is the last one. */
  const timers: Timer[] = [];

  function at(timeMs: number, act: () => void): () => void {
    const timer = { timeMs: Math.max(nowMs, timeMs), act };
    // Of one time, the one that was added first acts first.
    const later = timers.findLastIndex((other) => other.timeMs > timer.timeMs);
    timers.splice(later + 1, 0, timer);
    return () => {
      const position = timers.indexOf(timer);
      if (position >= 0) timers.splice(position, 1);
    };
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        forget();
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const forget = at(nowMs + ms, wake);
      signal?.addEventListener("abort", wake);
      if (signal?.aborted) wake();
    });
  }

  async function runUntil(timeMs: number): Promise<void> {
    for (;;) {
      // All that promises can do at this time is done when a macrotask has its turn.
      await new Promise(setImmediate);
      const next = timers.at(-1);
      if (!next || next.timeMs > timeMs) break;
      timers.pop();
      nowMs = next.timeMs;
      next.act();
    }
    nowMs = timeMs;
  }

  return { now: () => new Date(nowMs), at, sleep, runUntil };
}
