/** A tunnel through an HTTP proxy: CONNECT, over http: or https:. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { getCACertificates } from "node:tls";
import { ClusterError } from "../../errors.ts";
import type { ClusterEndpoint, ClusterProxy } from "../cluster-access.ts";
import { connectFailure, type Place } from "./errors.ts";
import { TransientError } from "./retry.ts";
import { tlsFailure } from "./tls-errors.ts";

/**
 * @param target `host:port`, an IPv6 address in brackets
 * @throws ClusterError or TransientError
 */
export async function openTunnel(
  endpoint: ClusterEndpoint,
  proxy: ClusterProxy,
  target: string,
  signal: AbortSignal,
): Promise<Socket> {
  const place = proxyPlace(proxy);
  const { response, socket } = await connectThrough(endpoint, proxy, target, signal).catch(
    (error: unknown) => {
      throw proxy.url.protocol === "https:"
        ? tlsFailure(error, {
            ...place,
            name: proxy.url.hostname,
            clientCertificate: undefined,
            ca: undefined,
          })
        : connectFailure(error, place);
    },
  );
  if (response.statusCode === 200) {
    return socket;
  }
  socket.destroy();
  throw refusal(response, proxy, place, target);
}

export function proxyPlace({ url }: ClusterProxy): Place {
  return { title: `the proxy at ${url.host}`, addressIn: "the kubeconfig's proxy-url" };
}

interface Tunnel {
  readonly response: IncomingMessage;
  readonly socket: Socket;
}

function connectThrough(
  endpoint: ClusterEndpoint,
  proxy: ClusterProxy,
  target: string,
  signal: AbortSignal,
): Promise<Tunnel> {
  return new Promise((resolve, reject) => {
    const request = connectRequest(endpoint, proxy, target, signal);
    request.once("connect", (response: IncomingMessage, socket: Socket, head: Buffer) => {
      // Before TLS starts nobody may speak; if somebody does, the handshake will tell.
      if (head.length > 0) {
        socket.unshift(head);
      }
      socket.on("error", () => {});
      resolve({ response, socket });
    });
    request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    request.end();
  });
}

function connectRequest(
  endpoint: ClusterEndpoint,
  proxy: ClusterProxy,
  target: string,
  signal: AbortSignal,
): ClientRequest {
  const { protocol, hostname, port } = proxy.url;
  const secure = protocol === "https:";
  const options = {
    method: "CONNECT",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port || (secure ? 443 : 80),
    path: target,
    agent: false,
    signal,
    headers: {
      host: target,
      ...(proxy.authorization && { "proxy-authorization": proxy.authorization.reveal() }),
    },
  };
  return secure ? httpsRequest({ ...options, ...proxyTrust(endpoint) }) : httpRequest(options);
}

/** As kubectl, a proxy may have a certificate of the cluster's CA; also one that everybody trusts. */
function proxyTrust({ ca }: ClusterEndpoint) {
  return {
    ca: [...getCACertificates("default"), ...(ca === undefined ? [] : [ca])],
    rejectUnauthorized: true,
    minVersion: "TLSv1.2" as const,
  };
}

function refusal(
  response: IncomingMessage,
  proxy: ClusterProxy,
  { title }: Place,
  target: string,
): Error {
  const status = response.statusCode ?? 0;
  if (status === 407) {
    return proxy.authorization
      ? new ClusterError("unreachable", `${title} refused the credentials for it (407)`, {
          status,
          hint: "check user and password in the kubeconfig's proxy-url",
        })
      : new ClusterError("unreachable", `${title} asks for credentials (407)`, {
          status,
          hint: "put them into the kubeconfig's proxy-url: http://user:password@host:port",
        });
  }
  if (status >= 500) {
    const failed = `${title} can't reach the API server at ${target} (${status})`;
    return new TransientError(new ClusterError("unreachable", failed, { status }));
  }
  return new ClusterError("unreachable", `${title} opens no tunnel to ${target} (${status})`, {
    status,
    hint: "does the proxy allow CONNECT to this host and port?",
  });
}
