/** One new connection to an API server: TCP or a proxy's tunnel, then TLS. */
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate, ClusterEndpoint } from "../cluster-access.ts";
import { connectFailure, type Place } from "./errors.ts";
import { openTunnel } from "./proxy.ts";
import { opened } from "./socket.ts";
import { withinTime } from "./time-limit.ts";
import { startTls } from "./tls.ts";
import type { TlsPlace } from "./tls-errors.ts";

export interface DialOptions {
  /** ALPN, in order of preference. */
  readonly protocols: readonly string[];
  readonly clientCertificate: ClientCertificate | undefined;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @throws ClusterError or TransientError */
export function dial(endpoint: ClusterEndpoint, options: DialOptions): Promise<TLSSocket> {
  return withinTime(options.timeoutMs, options.signal, async (signal) => {
    const socket = await openSocket(endpoint, signal);
    return await secure(socket, endpoint, { ...options, signal });
  });
}

/** The handshake with the API server, over a socket that leads there. @throws ClusterError or TransientError */
export function secure(
  socket: Socket,
  endpoint: ClusterEndpoint,
  { protocols, clientCertificate, signal }: Omit<DialOptions, "timeoutMs">,
): Promise<TLSSocket> {
  const peer = { ...serverPlace(endpoint, clientCertificate), protocols };
  return startTls(socket, { ...peer, verify: !endpoint.insecureSkipTlsVerify }, signal);
}

/** The API server, as errors and the handshake need to know it. */
export function serverPlace(
  endpoint: ClusterEndpoint,
  clientCertificate: ClientCertificate | undefined,
): TlsPlace & {
  readonly ca: string | undefined;
  readonly clientCertificate: typeof clientCertificate;
} {
  return {
    title: `the API server at ${hostAndPort(endpoint)}`,
    addressIn: "the kubeconfig's server",
    name: endpoint.tlsServerName ?? host(endpoint),
    ca: endpoint.ca,
    clientCertificate,
  };
}

/** To the API server, or through the proxy's tunnel. @throws ClusterError or TransientError */
export async function openSocket(endpoint: ClusterEndpoint, signal: AbortSignal): Promise<Socket> {
  const { proxy } = endpoint;
  const socket = proxy
    ? await openTunnel(endpoint, proxy, hostAndPort(endpoint), signal)
    : await openTcp(endpoint, signal);
  // Small frames of HTTP/2 shall not wait for one another.
  socket.setNoDelay(true);
  return socket;
}

async function openTcp(endpoint: ClusterEndpoint, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: host(endpoint), port: port(endpoint), keepAlive: true });
  const place: Place = serverPlace(endpoint, undefined);
  try {
    await opened(socket, "connect", signal);
    return socket;
  } catch (error) {
    throw connectFailure(error, place);
  }
}

export function host({ server }: ClusterEndpoint): string {
  return server.hostname.replace(/^\[|\]$/g, "");
}

function port({ server }: ClusterEndpoint): number {
  return server.port === "" ? 443 : Number(server.port);
}

function hostAndPort(endpoint: ClusterEndpoint): string {
  return `${endpoint.server.hostname}:${port(endpoint)}`;
}
