/**
 * A server to talk to over real sockets, that answers as a test tells it and counts what arrives.
 * It knows nothing of Kubernetes: the tests that need that use the fake API server.
 */
import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from "node:http2";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import type { ClusterAccess, ClusterCredential } from "../../../src/kubernetes/cluster-access.ts";
import {
  type ClusterConnection,
  createClusterConnection,
} from "../../../src/kubernetes/connection.ts";
import type { ConnectionOptions, World } from "../../../src/kubernetes/transport/options.ts";
import { defaultConnectionOptions } from "../../../src/kubernetes/transport/options.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { createCertificateAuthority } from "../../fakes/certificates.ts";

export const authority = await createCertificateAuthority("cluster-ca");
export const otherAuthority = await createCertificateAuthority("other-ca");
const serverPair = await authority.issueServer();

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** From 1, over all connections. */
  readonly number: number;
}

export type Response = Http2ServerResponse;
export type Respond = (seen: Seen, response: Response) => unknown;

export interface TestServer {
  readonly port: number;
  readonly url: URL;
  connections: number;
  readonly seen: Seen[];
  /** Requests under way at the same time, at most. */
  mostAtOnce: number;
  readonly sessions: Set<Http2Session>;
  readonly sockets: Set<Socket>;
  respond: Respond;
  /** Closes all connections, and goes on listening. */
  hangUp(): void;
  /** Ends its connections too. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly port?: number;
  readonly http1Only?: boolean;
  readonly tls?: TlsOptions;
  readonly maxConcurrentStreams?: number;
}

/** After the test that calls this, the last one first. */
export function onCleanup(cleanup: () => unknown): void {
  onTestFinished(async () => void (await cleanup()));
}

/** One that ends with its test. */
export async function startServer(
  respond: Respond,
  options: ServerOptions = {},
): Promise<TestServer> {
  const server = await listen(respond, options);
  onCleanup(() => server.stop());
  return server;
}

/** One that ends with the process: a server and a handshake for each of many tests take seconds. */
export function startSharedServer(options: ServerOptions = {}): Promise<TestServer> {
  return listen(() => {}, options);
}

async function listen(respond: Respond, options: ServerOptions): Promise<TestServer> {
  const tls = { ...serverPair, ...options.tls };
  const { maxConcurrentStreams = 1_000 } = options;
  const server: Http2SecureServer | Server = options.http1Only
    ? createHttpsServer(tls)
    : createSecureServer({ ...tls, settings: { maxConcurrentStreams } });
  const state: TestServer = {
    port: 0,
    url: new URL("https://localhost"),
    connections: 0,
    seen: [],
    mostAtOnce: 0,
    sessions: new Set(),
    sockets: new Set(),
    respond,
    hangUp: () => {
      for (const socket of state.sockets) {
        socket.destroy();
      }
    },
    stop: () => stop(server, state),
  };
  watch(server, state);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { port, url: new URL(`https://127.0.0.1:${port}`) });
}

function watch(server: Http2SecureServer | Server, state: TestServer): void {
  let atOnce = 0;
  server.on("secureConnection", () => {
    state.connections += 1;
  });
  server.on("connection", (socket: Socket) => {
    state.sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => state.sockets.delete(socket));
  });
  server.on("session", (session: Http2Session) => {
    state.sessions.add(session);
    session.on("error", () => {});
    session.on("close", () => state.sessions.delete(session));
  });
  server.on("sessionError", () => {});
  server.on("tlsClientError", () => {});
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    atOnce += 1;
    state.mostAtOnce = Math.max(state.mostAtOnce, atOnce);
    response.once("close", () => {
      atOnce -= 1;
    });
    response.on("error", () => {});
    request.on("error", () => {});
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const { method, url, headers } = request;
      const number = state.seen.length + 1;
      const seen = { method, url, headers, body: Buffer.concat(chunks).toString(), number };
      state.seen.push(seen);
      state.respond(seen, response);
    });
  });
}

async function stop(server: Http2SecureServer | Server, state: TestServer): Promise<void> {
  if (!server.listening) {
    return;
  }
  const closed = once(server, "close");
  server.close();
  state.hangUp();
  await closed;
}

/** Answers with JSON. */
export function json(response: Response, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function status(code: number, reason: string, message: string, details = {}): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details };
}

export function secretMetadata(namespace = "team-a", name = "ecr-pull"): object {
  return {
    kind: "PartialObjectMetadata",
    metadata: { namespace, name, uid: "uid-1", resourceVersion: "7" },
  };
}

export function accessTo(
  server: { readonly url: URL },
  overrides: Partial<ClusterAccess> & { readonly shown?: Partial<ClusterCredential> } = {},
): ClusterAccess {
  const { shown, ...endpoint } = overrides;
  return {
    context: "test",
    server: server.url,
    ca: authority.cert,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxy: undefined,
    credential: async () => ({
      token: new SecretValue("sesame"),
      clientCertificate: undefined,
      expiresAt: undefined,
      ...shown,
    }),
    ...endpoint,
  };
}

/** Chance is always 1/2, and nobody sleeps: the pauses that were asked for are in `pauses`. */
export interface TestWorld extends World {
  readonly pauses: number[];
  nowMs: number;
}

export function testWorld(): TestWorld {
  const world: TestWorld = {
    pauses: [],
    nowMs: Date.parse("2026-01-01T00:00:00Z"),
    now: () => world.nowMs,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      world.pauses.push(ms);
      world.nowMs += ms;
    },
  };
  return world;
}

export interface TestConnection extends ClusterConnection {
  readonly world: TestWorld;
}

export function connectTo(
  access: ClusterAccess,
  options: Partial<ConnectionOptions> = {},
): TestConnection {
  const connection = connectShared(access, options);
  onCleanup(() => connection.close());
  return connection;
}

/** One that ends with the process. */
export function connectShared(
  access: ClusterAccess,
  options: Partial<ConnectionOptions> = {},
): TestConnection {
  const world = testWorld();
  const connection = createClusterConnection(access, {
    ...defaultConnectionOptions,
    world,
    ...options,
  });
  return Object.defineProperty(connection, "world", { value: world }) as TestConnection;
}

export const neverAborted = new AbortController().signal;
