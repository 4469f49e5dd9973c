/** TLS errors as sentences: what doesn't match, and where to mend it. */
import { errorCode } from "../../connection-reasons.ts";
import { ClusterError } from "../../errors.ts";
import { cleanText } from "../api/answer-text.ts";
import { connectFailure, type Place } from "./errors.ts";
import type { TransientError } from "./retry.ts";

export interface TlsPlace extends Place {
  /** The name that was expected in the certificate. */
  readonly name: string;
  /** PEM; undefined: the roots that this Node trusts. */
  readonly ca: unknown;
  readonly clientCertificate: unknown;
}

interface Sentence {
  readonly message: string;
  readonly hint: string | undefined;
}

/** A handshake that failed: a TLS error, or the error of the connection under it. */
export function tlsFailure(error: unknown, place: TlsPlace): ClusterError | TransientError {
  return tlsError(error, place) ?? connectFailure(error, place);
}

/** Undefined if it isn't TLS that failed. Such errors stay until somebody acts: never transient. */
export function tlsError(error: unknown, place: TlsPlace): ClusterError | undefined {
  const sentence = describe(errorCode(error) ?? "", error, place);
  return sentence && new ClusterError("tls", sentence.message, { hint: sentence.hint });
}

function describe(code: string, error: unknown, place: TlsPlace): Sentence | undefined {
  if (untrusted.has(code)) {
    return untrustedIssuer(place);
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return wrongName(error, place);
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return outOfDate(code, place);
  }
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code.startsWith("CERT_")) {
    return handshake(code, place);
  }
  return undefined;
}

const untrusted = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
  "PATH_LENGTH_EXCEEDED",
]);

function untrustedIssuer({ title, ca, addressIn }: TlsPlace): Sentence {
  return ca === undefined
    ? {
        message: `the certificate of ${title} comes from no authority that this machine trusts`,
        hint: "a cluster with its own authority needs certificate-authority-data in the kubeconfig",
      }
    : {
        message: `the certificate of ${title} isn't signed by the kubeconfig's certificate authority`,
        hint: `was the cluster made anew, or does ${addressIn} lead to another one, or to a proxy that opens TLS? Get a new kubeconfig`,
      };
}

function wrongName(error: unknown, { title, name }: TlsPlace): Sentence {
  return {
    message: `the certificate of ${title} isn't for ${name}, but for ${namesOf(error)}`,
    hint: "use one of these names in the kubeconfig's server, or set tls-server-name to one",
  };
}

const maxNames = 5;

function namesOf(error: unknown): string {
  const cert = error instanceof Error && "cert" in error ? error.cert : undefined;
  const names = altNames(cert).map((name) => cleanText(name.replace(/^(DNS|IP Address):/, "")));
  if (names.length === 0) {
    return "no name at all";
  }
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  return `${names.slice(0, maxNames).join(", ")}${more}`;
}

function altNames(cert: unknown): string[] {
  const names =
    cert instanceof Object && "subjectaltname" in cert ? cert.subjectaltname : undefined;
  return typeof names === "string" && names !== "" ? names.split(", ") : [];
}

function outOfDate(code: string, { title }: TlsPlace): Sentence {
  return code === "CERT_HAS_EXPIRED"
    ? {
        message: `the certificate of ${title} has expired, or its authority's has`,
        hint: "renew the cluster's certificates; if they are fine, look at this machine's clock",
      }
    : {
        message: `the certificate of ${title} isn't valid yet`,
        hint: "look at the clocks of this machine and of the cluster",
      };
}

function handshake(code: string, { title, clientCertificate }: TlsPlace): Sentence {
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") {
    return { message: `${title} doesn't speak TLS`, hint: "is the port right?" };
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) {
    return { message: `${title} offers no TLS 1.2 or later`, hint: undefined };
  }
  if (/ALERT_(BAD_|UNSUPPORTED_)?CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED/.test(code)) {
    return clientCertificate
      ? {
          message: `${title} refused the kubeconfig's client certificate`,
          hint: "is it expired, revoked, or made for another cluster?",
        }
      : {
          message: `${title} wants a client certificate, and the kubeconfig has none`,
          hint: "get a kubeconfig with client-certificate-data",
        };
  }
  return {
    message: `the TLS handshake with ${title} failed (${code})`,
    // What OpenSSL says for want of one, up to TLS 1.2.
    hint: code.endsWith("ALERT_HANDSHAKE_FAILURE")
      ? "it may want another client certificate than it got, or none of our ciphers suits it"
      : undefined,
  };
}
