/** The TLS handshake with an API server, and with a proxy: verified always, TLS 1.2 or later. */
import { isIP, type Socket } from "node:net";
import {
  checkServerIdentity,
  connect,
  type TLSSocket,
  type ConnectionOptions as TlsOptions,
} from "node:tls";
import { ClusterError } from "../../errors.ts";
import type { ClientCertificate } from "../cluster-access.ts";
import { opened } from "./socket.ts";
import { type TlsPlace, tlsFailure } from "./tls-errors.ts";

/** Whom to expect at the other end, and what to show. */
export interface TlsPeer extends TlsPlace {
  readonly ca: string | undefined;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly verify: boolean;
  /** ALPN, in order of preference. */
  readonly protocols: readonly string[];
}

/** @throws ClusterError or TransientError */
export async function startTls(
  socket: Socket,
  peer: TlsPeer,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secured = connectTls(socket, peer);
  try {
    await opened(secured, "secureConnect", signal);
    return secured;
  } catch (error) {
    throw tlsFailure(error, peer);
  }
}

function connectTls(socket: Socket, peer: TlsPeer): TLSSocket {
  try {
    return connect(tlsOptions(socket, peer));
  } catch (cause) {
    // OpenSSL couldn't read a certificate or a key, or they don't belong together.
    throw new ClusterError("tls", `the certificates for ${peer.title} can't be used`, {
      cause,
      hint: "are certificate-authority-data, client-certificate-data and client-key-data intact, and does the key belong to the certificate?",
    });
  }
}

function tlsOptions(socket: Socket, peer: TlsPeer): TlsOptions {
  const { clientCertificate } = peer;
  return {
    socket,
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing.
    rejectUnauthorized: peer.verify,
    minVersion: "TLSv1.2",
    // An IP address is no server name (RFC 6066), but the certificate is checked for it.
    servername: isIP(peer.name) === 0 ? peer.name : "",
    checkServerIdentity: (_host, certificate) => checkServerIdentity(peer.name, certificate),
    ALPNProtocols: [...peer.protocols],
    ...(peer.ca === undefined ? {} : { ca: peer.ca }),
    ...(clientCertificate && {
      cert: clientCertificate.certificate,
      key: clientCertificate.key.reveal(),
    }),
  };
}
