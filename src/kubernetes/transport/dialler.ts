/** How a server is dialled, and again after it was lost: with patience for one that restarts. */
import type { TLSSocket } from "node:tls";
import type { ClientCertificate, ClusterEndpoint } from "../cluster-access.ts";
import { dial } from "./dial.ts";
import type { Protocol } from "./dispatchers.ts";
import type { ConnectionOptions } from "./options.ts";
import { withRetries } from "./retry.ts";

const recoveryMs = 15_000;

export class Dialler {
  readonly #endpoint: ClusterEndpoint;
  readonly #options: ConnectionOptions;
  readonly #signal: AbortSignal;
  #connections = 0;
  /** Since the first dial that failed, or is under way. */
  #downSinceMs: number | undefined;
  #recoveredAtMs = Number.NEGATIVE_INFINITY;

  /** @param signal ends what is under way, and its waiting */
  constructor(endpoint: ClusterEndpoint, options: ConnectionOptions, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#signal = signal;
  }

  /** Handshakes that succeeded. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether the server was down, and has taken connections again for less than 15 s. */
  get recovering(): boolean {
    return this.#options.world.now() - this.#recoveredAtMs < recoveryMs;
  }

  /**
   * Waits for a server that restarts, once for all requests: they queue behind this dial. If it
   * stays down, those that come later don't wait as long again.
   * @throws ClusterError
   */
  async dial(
    protocols: readonly Protocol[],
    clientCertificate: ClientCertificate | undefined,
  ): Promise<TLSSocket> {
    const signal = this.#signal;
    const { connectTimeoutMs: timeoutMs, dials, world } = this.#options;
    this.#downSinceMs ??= world.now();
    const downSinceMs = this.#downSinceMs;
    const patienceMs = this.#connections === 0 ? 0 : dials.reconnectForMs;
    let attempts = 0;
    const attempt = (number: number) => {
      attempts = number;
      return dial(this.#endpoint, { protocols, clientCertificate, timeoutMs, signal });
    };
    const socket = await withRetries(attempt, {
      ...dials,
      maxRetryAfterMs: 0,
      world,
      signal,
      mayRetry: () => attempts < dials.minAttempts || world.now() - downSinceMs < patienceMs,
      onRetry: () => {},
    });
    this.#connected(attempts);
    return socket;
  }

  #connected(attempts: number): void {
    this.#connections += 1;
    this.#downSinceMs = undefined;
    if (attempts > 1) {
      this.#recoveredAtMs = this.#options.world.now();
    }
  }
}
