/** One direction of a connection with a longer way: what goes in comes out later, in order. */

export interface DelayLine<T> {
  push(item: T): void;
  /** Forgets what is on its way. */
  clear(): void;
}

export interface DelayTimes {
  /** From one end to the other. */
  readonly oneWayMs: number;
  /** Nothing departs before this time, on the clock of `performance.now()`. */
  readonly opensAtMs: number;
}

/**
 * When something that is sent at a time arrives. A client may send once its SYN was answered, a
 * round trip after it asked; on loopback the kernel answers at once, so the rest of that round trip
 * is waited for here.
 */
export function arrivalMs(sentAtMs: number, { oneWayMs, opensAtMs }: DelayTimes): number {
  return Math.max(sentAtMs, opensAtMs) + oneWayMs;
}

// Timers have whole milliseconds: one that fires this early isn't set again for the rest.
const timerToleranceMs = 0.5;

/** Unlimited in bandwidth: only time is added. */
export function createDelayLine<T>(times: DelayTimes, deliver: (item: T) => void): DelayLine<T> {
  const underWay: { readonly item: T; readonly dueMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const deliverDue = () => {
    timer = undefined;
    const nowMs = performance.now() + timerToleranceMs;
    const waiting = underWay.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = underWay.splice(0, waiting === -1 ? underWay.length : waiting);
    for (const { item } of due) deliver(item);
    schedule();
  };
  const schedule = () => {
    const [first] = underWay;
    if (first && !timer)
      timer = setTimeout(deliverDue, Math.max(1, first.dueMs - performance.now()));
  };
  return {
    push: (item) => {
      underWay.push({ item, dueMs: arrivalMs(performance.now(), times) });
      schedule();
    },
    clear: () => {
      clearTimeout(timer);
      underWay.length = 0;
    },
  };
}
