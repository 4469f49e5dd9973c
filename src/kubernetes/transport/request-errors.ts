/**
 * What it means when a request's exchange fails: lost, late, cut off, or not HTTP at all. The errors
 * that it failed with stay here: some hold what the server sent.
 */
import { errorCode } from "../../connection-reasons.ts";
import { ClusterError } from "../../errors.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { lostConnection } from "./errors.ts";
import type { WireRequest } from "./request-exchange.ts";
import { TransientError } from "./retry.ts";
import { type TlsPlace, tlsError } from "./tls-errors.ts";

export interface Asked {
  readonly wire: WireRequest;
  readonly place: TlsPlace;
}

/** A ClusterError or a TransientError, whatever undici or the socket failed with; a bug stays one. */
export function exchangeError(error: unknown, asked: Asked): unknown {
  if (error instanceof ClusterError || error instanceof TransientError || isBug(error)) {
    return error;
  }
  return (
    ofThisRequest(error, asked.wire) ??
    tlsError(error, asked.place) ??
    lostConnection(error, asked.place)
  );
}

/** Whoever made the credential knows better why the API server takes it for nobody's. */
export function withOwnHint(error: unknown, { refusedHint }: ClusterAccess): unknown {
  if (!(error instanceof ClusterError && error.status === 401) || refusedHint === undefined) {
    return error;
  }
  const { kind, message, status, cause } = error;
  return new ClusterError(kind, message, { status, cause, hint: refusedHint });
}

function ofThisRequest(
  error: unknown,
  { what, headersTimeoutMs, bodyTimeoutMs }: WireRequest,
): ClusterError | TransientError | undefined {
  const code = errorCode(error) ?? "";
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
      return new ClusterError("timeout", `${what}: no answer within ${seconds(headersTimeoutMs)}`);
    case "UND_ERR_BODY_TIMEOUT":
      return new ClusterError(
        "timeout",
        `${what}: the answer stopped for ${seconds(bodyTimeoutMs)}`,
      );
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return new TransientError(new ClusterError("malformed", `${what}: the answer was cut off`));
    case "UND_ERR_INVALID_ARG":
      // Its message may quote what was invalid: a header, for one.
      return new ClusterError("invalid", `${what}: the request can't be sent as HTTP`, {
        hint: "is there a line break or another stray character in the kubeconfig's token?",
      });
    default:
      return isParserError(error) || code === "UND_ERR_HEADERS_OVERFLOW"
        ? new ClusterError("malformed", `${what}: the answer isn't HTTP`, {
            hint: "is the port right?",
          })
        : undefined;
  }
}

/** Node's and undici's own errors have a code. */
function isBug(error: unknown): boolean {
  const types = [TypeError, RangeError, ReferenceError];
  return types.some((type) => error instanceof type) && errorCode(error) === undefined;
}

/** undici gives it a code only sometimes. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
