/**
 * The connection that all requests to one cluster share. The first handshake decides: one HTTP/2
 * connection for everything, or a pool of HTTP/1.1 connections where the server offers no HTTP/2.
 */
import type { Dispatcher } from "undici";
import { ClusterError } from "../../errors.ts";
import type { ClientCertificate, ClusterEndpoint } from "../cluster-access.ts";
import { Dialler } from "./dialler.ts";
import { connectorFrom, http1Pool, http2Client, type Protocol } from "./dispatchers.ts";
import type { ConnectionOptions } from "./options.ts";
import type { Line } from "./request-exchange.ts";

export class ConnectionLink {
  readonly #endpoint: ClusterEndpoint;
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #dialler: Dialler;
  #line: Promise<Dispatcher> | undefined;
  #shown: ClientCertificate | undefined;
  #protocol: Protocol | undefined;
  #inUse = 0;
  #lastUsedMs = 0;

  constructor(endpoint: ClusterEndpoint, options: ConnectionOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#dialler = new Dialler(endpoint, options, this.#closing.signal);
  }

  /** Handshakes that succeeded. */
  get connections(): number {
    return this.#dialler.connections;
  }

  /** As negotiated last; undefined before the first connection. */
  get protocol(): Protocol | undefined {
    return this.#protocol;
  }

  /** Whether the server was down, and has taken connections again for less than 15 s. */
  get recovering(): boolean {
    return this.#dialler.recovering;
  }

  /**
   * Lends the connection to `work`, and makes it first where there is none that may be trusted.
   * @throws ClusterError, and what `work` throws
   */
  async use<T>(
    certificate: ClientCertificate | undefined,
    work: (line: Line) => Promise<T>,
  ): Promise<T> {
    this.#closing.signal.throwIfAborted();
    const line = this.#trustedLine(certificate);
    this.#inUse += 1;
    try {
      const dispatcher = await line;
      const sever = this.#protocol === "h2" ? () => this.#sever(line, dispatcher) : undefined;
      return await work({ dispatcher, sever });
    } catch (error) {
      // What undici says of a connection that we closed would look like a lost one.
      this.#closing.signal.throwIfAborted();
      throw error;
    } finally {
      this.#inUse -= 1;
      this.#lastUsedMs = this.#options.world.now();
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new ClusterError("aborted", "the connection to the cluster was closed"));
    await this.#line?.then((dispatcher) => dispatcher.destroy()).catch(() => {});
  }

  #trustedLine(certificate: ClientCertificate | undefined): Promise<Dispatcher> {
    // A process that was frozen for minutes (Lambda) thaws with a connection that a load balancer may
    // have dropped in silence. Trying it costs a timeout; a new one costs two round trips.
    const idleMs = Math.abs(this.#options.world.now() - this.#lastUsedMs);
    const isStale = this.#inUse === 0 && idleMs > this.#options.maxIdleMs;
    if (isStale || certificate?.certificate !== this.#shown?.certificate) {
      this.#retire();
    }
    if (!this.#line) {
      this.#shown = certificate;
      const opening = this.#open();
      this.#line = opening;
      opening.catch(() => this.#forget(opening));
    }
    return this.#line;
  }

  /** What is under way in it is lost, and tried again on another connection. */
  #sever(line: Promise<Dispatcher>, dispatcher: Dispatcher): void {
    this.#forget(line);
    dispatcher.destroy().catch(() => {});
  }

  /** Unless another has taken its place already. */
  #forget(line: Promise<Dispatcher>): void {
    if (this.#line === line) {
      this.#line = undefined;
    }
  }

  /** Requests that are under way in it still end. */
  #retire(): void {
    this.#line?.then((dispatcher) => dispatcher.close()).catch(() => {});
    this.#line = undefined;
  }

  async #open(): Promise<Dispatcher> {
    const redial = (protocols: readonly Protocol[]) => this.#dialler.dial(protocols, this.#shown);
    // HTTP/2 first: some load balancers go by the client's order.
    const socket = await redial(["h2", "http/1.1"]);
    const protocol = socket.alpnProtocol === "h2" ? "h2" : "http/1.1";
    this.#protocol = protocol;
    const make = protocol === "h2" ? http2Client : http1Pool;
    return make(this.#endpoint, this.#options, connectorFrom(socket, protocol, redial));
  }
}
