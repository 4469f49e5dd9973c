/** undici over sockets that we dial: one HTTP/2 connection, or a pool of HTTP/1.1 connections. */
import type { TLSSocket } from "node:tls";
import type { Dispatcher } from "undici";
// Only these two of undici: all of it costs a cold function 50 ms and 13 MB more.
import Client from "undici/lib/dispatcher/client.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type { ClusterEndpoint } from "../cluster-access.ts";
import type { ConnectionOptions } from "./options.ts";

export type Protocol = "h2" | "http/1.1";

/** Makes a connection that speaks one of these protocols. */
export type Redial = (protocols: readonly Protocol[]) => Promise<TLSSocket>;

// A list of some MB at 100 ms round trip shall not wait for window updates, nor 200 answers at once.
const streamWindowBytes = 2 * 1024 * 1024;
const connectionWindowBytes = 16 * 1024 * 1024;

/** A Client, not a Pool: a Pool opens more connections as soon as all streams of one are taken. */
export function http2Client(
  endpoint: ClusterEndpoint,
  options: ConnectionOptions,
  connect: Connector,
): Dispatcher {
  return new Client(endpoint.server.origin, {
    connect,
    allowH2: true,
    maxConcurrentStreams: options.maxInFlight,
    initialWindowSize: streamWindowBytes,
    connectionWindowSize: connectionWindowBytes,
    pingInterval: 0,
    keepAliveTimeout: options.maxIdleMs,
  });
}

export function http1Pool(
  endpoint: ClusterEndpoint,
  options: ConnectionOptions,
  connect: Connector,
): Dispatcher {
  return new Pool(endpoint.server.origin, {
    connect,
    allowH2: false,
    connections: options.http1Connections,
    pipelining: 1,
    keepAliveTimeout: options.maxIdleMs,
  });
}

type Connector = (options: unknown, callback: ConnectCallback) => void;
type ConnectCallback = (...result: [null, TLSSocket] | [Error, null]) => void;

/** Hands out the socket of the handshake that chose the protocol, then new ones. */
export function connectorFrom(first: TLSSocket, protocol: Protocol, redial: Redial): Connector {
  let spare: TLSSocket | undefined = first;
  async function next(): Promise<TLSSocket> {
    const socket = spare;
    spare = undefined;
    return socket?.readable && socket.writable ? socket : await redial([protocol]);
  }
  return (_options, callback) => {
    // Errors of redial have no `code`. undici takes some codes for passing ones, and would dial again
    // without end.
    next().then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}
