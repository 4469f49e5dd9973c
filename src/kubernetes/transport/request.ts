/** Requests to one cluster: credential, connection, limits and retries around each exchange. */
import { AwsError, ClusterError, KubeconfigError } from "../../errors.ts";
import { type Answer, type AnswerForm, readAnswer } from "../api/answer.ts";
import type { ClusterAccess, ClusterCredential } from "../cluster-access.ts";
import { serverPlace } from "./dial.ts";
import type { ConnectionLink } from "./link.ts";
import type { ConnectionOptions } from "./options.ts";
import { exchangeError, withOwnHint } from "./request-errors.ts";
import { exchange, type WireAnswer, type WireRequest } from "./request-exchange.ts";
import { aborted, TransientError, withRetries } from "./retry.ts";

export interface ApiRequest {
  /** For messages: `apply secret team-a/ecr-pull`. */
  readonly what: string;
  readonly method: WireRequest["method"];
  /** From `/api` on, with query. */
  readonly path: string;
  /** Besides those that every request has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly form: AnswerForm;
  /** Of the answer's body, decompressed. */
  readonly maxBytes: number;
}

/** @throws ClusterError, and only that */
export type SendRequest = (request: ApiRequest, signal: AbortSignal) => Promise<Answer>;

export interface RequestCounters {
  /** Sent, with repeated ones. */
  requests: number;
  retries: number;
  /** Of bodies, as they travel. */
  bytesSent: number;
  bytesReceived: number;
}

export function createSender(
  access: ClusterAccess,
  link: ConnectionLink,
  options: ConnectionOptions,
  counters: RequestCounters,
): SendRequest {
  const { requests: retries, world } = options;

  async function attempt(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const credential = await untilAborted(readCredential(access), signal);
    const wire = wireRequest(request, credential, access.server, options);
    const { clientCertificate } = credential;
    const exchanged = link.use(clientCertificate, (line) => {
      counters.requests += 1;
      counters.bytesSent += wire.body?.length ?? 0;
      return exchange(line, wire, signal);
    });
    const answer = await untilAborted(exchanged, signal).catch((error: unknown): WireAnswer => {
      const place = serverPlace(access, clientCertificate);
      throw exchangeError(error, { wire, place });
    });
    counters.bytesReceived += answer.body.length;
    return await readAnswer(answer, { ...request, nowMs: world.now() }).catch(
      (error: unknown): Answer => {
        throw link.recovering ? onceRecovered(error) : withOwnHint(error, access);
      },
    );
  }

  return (request, signal) =>
    withRetries((number) => attempt(request, signal).catch(goneAtLast(request, number)), {
      ...retries,
      world,
      signal,
      mayRetry: (attempts) => attempts < retries.maxAttempts,
      onRetry: () => {
        counters.retries += 1;
      },
    });
}

/** An API server that has just started refuses what RBAC allows until it has read the roles. */
function onceRecovered(error: unknown): unknown {
  const refused = error instanceof ClusterError && error.kind === "forbidden";
  return refused ? new TransientError(error) : error;
}

/** A repeated DELETE that finds nothing has done its work at the try whose answer was lost. */
function goneAtLast({ method }: ApiRequest, attempt: number) {
  return (error: unknown): Answer => {
    const gone = error instanceof ClusterError && error.kind === "not-found";
    if (gone && method === "DELETE" && attempt > 1) {
      return { body: {}, items: [], bytes: 0, date: undefined };
    }
    throw error;
  };
}

export async function readCredential(access: ClusterAccess): Promise<ClusterCredential> {
  try {
    return await access.credential();
  } catch (cause) {
    const known = cause instanceof KubeconfigError || cause instanceof AwsError;
    const message = known ? cause.message : "the kubeconfig's credential can't be had";
    throw new ClusterError("unauthorized", message, {
      cause,
      hint: known ? cause.hint : undefined,
    });
  }
}

function wireRequest(
  { what, method, path, headers, body, maxBytes }: ApiRequest,
  { token }: ClusterCredential,
  server: URL,
  { headersTimeoutMs, bodyTimeoutMs, userAgent }: ConnectionOptions,
): WireRequest {
  return {
    what,
    method,
    path: `${server.pathname.replace(/\/+$/, "")}${path}`,
    headers: {
      ...headers,
      "user-agent": userAgent,
      ...(token && { authorization: `Bearer ${token.reveal()}` }),
    },
    body,
    headersTimeoutMs,
    bodyTimeoutMs,
    maxBytes,
  };
}

/** What is waited for may belong to others too (a handshake, a plugin's run), and goes on. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const abort = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(aborted(signal.reason));
    signal.addEventListener("abort", onAbort);
  });
  if (signal.aborted) {
    onAbort();
  }
  try {
    return await Promise.race([promise, abort]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
