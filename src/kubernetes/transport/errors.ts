/** What a failed connection means to people: who can't be reached, why, and what to look at. */
import { connectionReasons, errorCode } from "../../connection-reasons.ts";
import { ClusterError } from "../../errors.ts";
import { TransientError } from "./retry.ts";

/** Who is at the other end. */
export interface Place {
  /** For messages: `the API server at example.com:6443`. */
  readonly title: string;
  /** Where its address stands: `the kubeconfig's server`. */
  readonly addressIn: string;
}

/** TCP, proxy and TLS took too long together: the reason of a dial's abort signal. */
export class ConnectTimeoutError extends Error {
  override readonly name = "ConnectTimeoutError";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no connection within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** A connection that didn't come to be, or a name that wasn't found. */
export function connectFailure(error: unknown, place: Place): ClusterError | TransientError {
  if (error instanceof ClusterError || error instanceof TransientError) {
    return error;
  }
  const hint = `is ${place.addressIn} right, and may this network reach it (VPN, firewall)?`;
  if (error instanceof ConnectTimeoutError) {
    // The kernel has repeated its packets for all that time: another try would only cost the same.
    const within = `${error.timeoutMs / 1_000} s`;
    return unreachable(`no connection to ${place.title} within ${within}`, error, hint);
  }
  const reason = reasonOf(errorCode(error));
  return new TransientError(unreachable(`${place.title} can't be reached: ${reason}`, error, hint));
}

/** A connection that stood, and broke under a request. */
export function lostConnection(error: unknown, place: Place): TransientError {
  const code = errorCode(error);
  const detail = code === undefined ? "" : ` (${code})`;
  const message = `the connection to ${place.title} was lost${detail}`;
  return new TransientError(new ClusterError("unreachable", message));
}

function unreachable(message: string, cause: unknown, hint: string): ClusterError {
  return new ClusterError("unreachable", message, { cause, hint });
}

const reasons: Readonly<Record<string, string>> = {
  ...connectionReasons,
  EADDRNOTAVAIL: "no route to it",
};

function reasonOf(code: string | undefined): string {
  if (code?.startsWith("HPE_")) {
    return "it doesn't answer in HTTP";
  }
  return code === undefined ? "the connection failed" : (reasons[code] ?? code);
}
