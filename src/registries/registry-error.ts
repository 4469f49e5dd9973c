import { connectionReasons, errorCode } from "../connection-reasons.ts";

/** A registry that gives no answer to a question: neither yes nor no. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Sentences about a connection that didn't come to be. @param place `registry.local:5000` */
export function connectionError(error: unknown, place: string): RegistryError {
  const code = errorCode(error) ?? "";
  if (isAboutTrust(code)) {
    return new RegistryError(
      `the certificate of ${place} isn't trusted (${code})`,
      "a registry with an authority of its own can't be asked from here: what counts is that the cluster's nodes trust it",
    );
  }
  if (error instanceof RegistryError) return error;
  if (code.startsWith("HPE_")) return noHttp(place, code);
  const reason = reasons[code] ?? `the connection failed${code === "" ? "" : ` (${code})`}`;
  return new RegistryError(`${place} can't be reached: ${reason}`, reachHint);
}

export function tooLate(place: string, timeoutMs: number): RegistryError {
  return new RegistryError(`${place} gave no answer within ${timeoutMs / 1_000} s`, reachHint);
}

/** The cluster pulls by itself, from where it is. */
const reachHint =
  "is the host right, and does the network from which this is asked lead there? The cluster's nodes pull from their own: with --local, it is asked from here";

/** @param found the parser's word for what is wrong, or the status that begins another protocol */
export function noHttp(place: string, found: string): RegistryError {
  return new RegistryError(
    `what ${place} answers can't be read as HTTP (${found})`,
    "are the host and the port those of a registry?",
  );
}

/** OpenSSL's names, and Node's for a certificate of another host. */
function isAboutTrust(code: string): boolean {
  return /CERT|ALTNAME|SELF_SIGNED|INVALID_CA|UNABLE_TO_VERIFY/.test(code);
}

const reasons: Readonly<Record<string, string>> = {
  ...connectionReasons,
  EPROTO: "it doesn't speak TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "it doesn't speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it doesn't speak TLS",
};
