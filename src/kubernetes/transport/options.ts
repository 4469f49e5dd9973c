/** What a connection may cost: time, bytes, requests in flight, retries. */
import { setTimeout as delay } from "node:timers/promises";

export interface ConnectionOptions {
  /** Requests in flight at once over HTTP/2; the server may allow fewer. */
  readonly maxInFlight: number;
  /** Connections, of one request each at a time, where the server offers no HTTP/2. */
  readonly http1Connections: number;
  /** TCP, proxy and TLS together. */
  readonly connectTimeoutMs: number;
  /** From the request to the answer's headers. */
  readonly headersTimeoutMs: number;
  /** The whole body, so that one that drips for ever ends too. */
  readonly bodyTimeoutMs: number;
  /** A connection that was silent for longer is replaced, not trusted. */
  readonly maxIdleMs: number;
  /** Of one object, decompressed. */
  readonly maxAnswerBytes: number;
  /** Of one list with all its pages, decompressed. */
  readonly maxListBytes: number;
  readonly requests: RequestRetries;
  readonly dials: DialRetries;
  readonly userAgent: string;
  readonly world: World;
}

export interface Backoff {
  /** Upper bound of the first pause; doubled for each further one. */
  readonly baseMs: number;
  readonly maxPauseMs: number;
}

export interface RequestRetries extends Backoff {
  /** All of them, the first one included. */
  readonly maxAttempts: number;
  readonly maxRetryAfterMs: number;
}

/** All requests wait for one and the same dial. */
export interface DialRetries extends Backoff {
  /** No more where no connection ever stood: a wrong address shouldn't take long to be told. */
  readonly minAttempts: number;
  /** A server that we had, and lost, may be restarting: so long from its first refusal. */
  readonly reconnectForMs: number;
}

/** Time and chance, replaced in tests. */
export interface World {
  /** Milliseconds since the epoch: a wall clock, since a frozen machine's monotonic one may stand. */
  now(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const mebibyte = 1024 * 1024;

export const defaultConnectionOptions: ConnectionOptions = {
  // Above about 600 at once, API Priority and Fairness begins to answer 429.
  maxInFlight: 200,
  http1Connections: 16,
  connectTimeoutMs: 10_000,
  // Admission webhooks get 10 s by default, and there may be several.
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  maxIdleMs: 20_000,
  maxAnswerBytes: 2 * mebibyte,
  maxListBytes: 64 * mebibyte,
  requests: { maxAttempts: 6, baseMs: 300, maxPauseMs: 8_000, maxRetryAfterMs: 15_000 },
  dials: { minAttempts: 3, reconnectForMs: 20_000, baseMs: 300, maxPauseMs: 2_000 },
  userAgent: "ecr-pull-secrets",
  world: {
    now: Date.now,
    random: Math.random,
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
  },
};
