/**
 * How a call is repeated that AWS throttles. Quotas are an account's, and another program may take
 * most of one for minutes. The SDK's own pauses double, up to 16 s, and all of its retries share one
 * budget: a list of a hundred pages, half of whose calls are refused, takes it longer than the
 * dispatch function has, or fails. With pauses that stay short the list gets its turn, and one
 * caller that asks about twice a second is no burden to anybody.
 */
import type { STSClientConfig } from "@aws-sdk/client-sts";

export type RetryStrategy = Extract<
  NonNullable<STSClientConfig["retryStrategy"]>,
  { readonly acquireInitialRetryToken: unknown }
>;

/** Attempts are all of them, the first one included. */
export interface Patience {
  readonly throttledAttempts: number;
  /** Where AWS is silent or broken: each of them may last until its timeout. */
  readonly failedAttempts: number;
  /** Upper bound of the first pause; doubled for each further one. */
  readonly baseMs: number;
  readonly maxPauseMs: number;
}

export const defaultPatience: Patience = {
  throttledAttempts: 16,
  failedAttempts: 6,
  baseMs: 200,
  maxPauseMs: 1_000,
};

/** @param random from 0 up to, not including, 1 */
export function patientRetries(patience: Patience, random: () => number): RetryStrategy {
  const { throttledAttempts, failedAttempts, baseMs, maxPauseMs } = patience;
  const attemptsFor: Readonly<Record<string, number>> = {
    THROTTLING: throttledAttempts,
    TRANSIENT: failedAttempts,
  };
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(last, { errorType }) {
      const attempts = last.getRetryCount() + 1;
      if (attempts >= (attemptsFor[errorType] ?? 1)) {
        // The SDK throws what AWS answered, not this.
        throw new Error("no attempt is left");
      }
      const bound = Math.min(maxPauseMs, baseMs * 2 ** (attempts - 1));
      return token(attempts, random() * bound);
    },
    recordSuccess() {},
  };
}

function token(count: number, delayMs: number) {
  return { getRetryCount: () => count, getRetryDelay: () => delayMs };
}
