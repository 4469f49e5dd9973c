/**
 * Repeating a request. All of ours may be repeated: reads and reviews; server-side apply, which says
 * what should be, not what to add; merge patches that a resourceVersion guards; deletes that a UID
 * guards; requests for a token, of which one that got lost opens the same as the next. If the
 * first try did arrive and only its answer was lost, a guarded one answers 409, and the caller looks
 * again, as it does for any conflict.
 */
import { ClusterError } from "../../errors.ts";
import type { Backoff, World } from "./options.ts";

/** A failure that may be gone at the next try; `error` is what it is if no try is left. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly error: ClusterError;
  /** What the server asked for in `Retry-After`. */
  readonly retryAfterMs: number;

  constructor(error: ClusterError, retryAfterMs = 0) {
    super(error.message, { cause: error });
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Retrying extends Backoff {
  /** A server that asks for a longer pause in `Retry-After` gets this one. */
  readonly maxRetryAfterMs: number;
  readonly world: World;
  readonly signal: AbortSignal;
  /** Asked after each failure: how many attempts there were. */
  mayRetry(attempts: number): boolean;
  onRetry(): void;
}

/**
 * Calls `attempt` with 1, 2, … until it throws no TransientError, or none may be retried.
 * @throws ClusterError, and what `attempt` throws but TransientError
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<T>,
  retrying: Retrying,
): Promise<T> {
  let last: ClusterError | undefined;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof TransientError)) {
        throw afterLast(last, error);
      }
      last = error.error;
      if (!retrying.mayRetry(number)) {
        throw afterAttempts(last, number);
      }
      await pause(pauseMs(number, error.retryAfterMs, retrying), { ...retrying, last });
      retrying.onRetry();
    }
  }
}

/**
 * Exponential with full jitter: the tries of a hundred requests that failed together spread over the
 * whole pause. On top of what the server asked for, or they would come back together.
 */
function pauseMs(number: number, retryAfterMs: number, retrying: Retrying): number {
  const { baseMs, maxPauseMs, maxRetryAfterMs, world } = retrying;
  const bound = Math.min(maxPauseMs, baseMs * 2 ** (number - 1));
  return Math.min(retryAfterMs, maxRetryAfterMs) + world.random() * bound;
}

async function pause(
  ms: number,
  { world, signal, last }: Pick<Retrying, "world" | "signal"> & { readonly last: ClusterError },
): Promise<void> {
  try {
    await world.sleep(ms, signal);
  } catch (cause) {
    throw afterLast(last, aborted(cause));
  }
}

/** Whoever reads that it was stopped wants to know why it hadn't been done by then. */
function afterLast(last: ClusterError | undefined, error: unknown): unknown {
  if (!last || !(error instanceof ClusterError && error.kind === "aborted")) {
    return error;
  }
  const { hint } = last;
  return new ClusterError("aborted", `${error.message}; before that: ${last.message}`, {
    cause: error.cause,
    ...(hint !== undefined && { hint }),
  });
}

export function aborted(cause?: unknown): ClusterError {
  return new ClusterError("aborted", "stopped before the API server answered", { cause });
}

function afterAttempts(error: ClusterError, attempts: number): ClusterError {
  if (attempts === 1) {
    return error;
  }
  const { cause, hint, status, conflicts, refuser } = error;
  const message = `${error.message} (after ${attempts} attempts)`;
  return new ClusterError(error.kind, message, { cause, hint, status, conflicts, refuser });
}

/** Reads `Retry-After`: seconds, or a date. 0 where it says neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number {
  if (value === undefined) {
    return 0;
  }
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
