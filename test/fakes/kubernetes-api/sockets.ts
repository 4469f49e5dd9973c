/** The listener: TLS, HTTP/2 and HTTP/1.1 on one port, which can stop and come back. */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import type { KeyPair } from "../certificates.ts";

export type Incoming = IncomingMessage | Http2ServerRequest;
export type Outgoing = ServerResponse | Http2ServerResponse;

export interface SocketOptions {
  /** Undefined: any free one, the same again after a stop. */
  readonly port: number | undefined;
  readonly http2: boolean;
  readonly server: KeyPair;
  /** PEM of the authority whose client certificates are users. */
  readonly clientCa: string;
  readonly onRequest: (incoming: Incoming, outgoing: Outgoing) => void;
}

export interface Sockets {
  readonly port: number;
  /** TCP connections so far, and TLS handshakes completed. */
  readonly connections: number;
  readonly tlsSessions: number;
  readonly openConnections: number;
  start(): Promise<void>;
  /** Drops every connection and refuses new ones. */
  stop(): Promise<void>;
  /** Resets the connection that a request came over. */
  reset(incoming: Incoming): void;
  resetAll(): void;
  /** GOAWAY on every HTTP/2 connection; what is in flight is still answered. */
  goAway(): void;
}

export function createSockets(options: SocketOptions): Sockets {
  const open = new Map<number, Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const counts = { connections: 0, tlsSessions: 0 };
  let port = options.port ?? 0;
  let server: Server | undefined;

  function listener(): Server {
    const tls = {
      key: options.server.key,
      cert: options.server.cert,
      ca: options.clientCa,
      requestCert: true,
      // A certificate of another authority is no reason to hang up: it is answered with 401.
      rejectUnauthorized: false,
    };
    if (!options.http2) {
      return createHttpsServer(tls, options.onRequest);
    }
    // As the real server sets them.
    const settings = { maxConcurrentStreams: 100, initialWindowSize: 256 * 1024 };
    const created = createSecureServer({ ...tls, allowHTTP1: true, settings }, options.onRequest);
    return created.on("session", (session) => {
      sessions.add(session);
      session.on("close", () => sessions.delete(session)).on("error", () => session.destroy());
    });
  }

  function track(socket: Socket): void {
    counts.connections += 1;
    const id = socket.remotePort ?? 0;
    open.set(id, socket);
    socket.on("close", () => open.delete(id)).on("error", () => socket.destroy());
  }

  function resetAll(): void {
    for (const socket of open.values()) {
      socket.resetAndDestroy();
    }
  }

  return {
    get port() {
      return port;
    },
    get connections() {
      return counts.connections;
    },
    get tlsSessions() {
      return counts.tlsSessions;
    },
    get openConnections() {
      return open.size;
    },
    start: async () => {
      const starting = listener();
      server = starting;
      starting.on("connection", track).on("secureConnection", () => {
        counts.tlsSessions += 1;
      });
      starting.on("tlsClientError", () => undefined);
      await new Promise<void>((resolve, reject) => {
        starting.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
      const address = starting.address();
      port = typeof address === "object" && address !== null ? address.port : port;
    },
    stop: async () => {
      const stopping = server;
      server = undefined;
      if (stopping !== undefined) {
        const closed = new Promise<void>((resolve) => stopping.close(() => resolve()));
        resetAll();
        await closed;
        open.clear();
      }
    },
    reset: (incoming) => {
      open.get(incoming.socket.remotePort ?? 0)?.resetAndDestroy();
    },
    resetAll,
    goAway: () => {
      for (const session of sessions) {
        session.close();
      }
    },
  };
}
