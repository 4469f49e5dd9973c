/** One request and its answer on the wire: time and size limits, and no more waiting after an abort. */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { ClusterError } from "../../errors.ts";
import { aborted } from "./retry.ts";

export interface WireRequest {
  /** For messages: `apply secret team-a/ecr-pull`. */
  readonly what: string;
  readonly method: "GET" | "PATCH" | "DELETE";
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** Of the body as it arrives. */
  readonly maxBytes: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * @throws ClusterError for limits and aborts, and what undici, the connector or the socket failed with
 */
export function exchange(
  dispatcher: Dispatcher,
  request: WireRequest,
  signal: AbortSignal,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      throw aborted(signal.reason);
    }
    const answer = collector(request, signal, { resolve, reject });
    const { method, path, headers, body, headersTimeoutMs, bodyTimeoutMs } = request;
    dispatcher.dispatch(
      {
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
        // All of ours may be repeated, and none waits for the one before it.
        idempotent: true,
        headersTimeout: headersTimeoutMs,
        bodyTimeout: bodyTimeoutMs,
      },
      answer,
    );
  });
}

interface Settle {
  resolve(answer: WireAnswer): void;
  reject(error: unknown): void;
}

function collector(
  request: WireRequest,
  signal: AbortSignal,
  settle: Settle,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  let controller: Dispatcher.DispatchController | undefined;
  let bodyTimer: NodeJS.Timeout | undefined;

  const done = () => {
    clearTimeout(bodyTimer);
    signal.removeEventListener("abort", onAbort);
  };
  const fail = (error: Error) => {
    done();
    settle.reject(error);
    controller?.abort(error);
  };
  const onAbort = () => fail(aborted(signal.reason));
  signal.addEventListener("abort", onAbort);

  return {
    onRequestStart(started) {
      controller = started;
      // It waited for a free stream: one that opened because the same abort ended another request.
      if (signal.aborted) {
        onAbort();
      }
    },
    onResponseStart(_controller, statusCode, responseHeaders) {
      if (statusCode < 200) {
        return;
      }
      status = statusCode;
      headers = responseHeaders;
      bodyTimer = setTimeout(() => fail(slowBody(request)), request.bodyTimeoutMs);
    },
    onResponseData(_controller, chunk) {
      size += chunk.length;
      if (size > request.maxBytes) {
        fail(tooLarge(request));
      } else {
        chunks.push(chunk);
      }
    },
    onResponseEnd() {
      done();
      settle.resolve({ status, headers, body: Buffer.concat(chunks, size) });
    },
    onResponseError(_controller, error) {
      done();
      settle.reject(error);
    },
  };
}

function slowBody({ what, bodyTimeoutMs }: WireRequest): ClusterError {
  const within = `${bodyTimeoutMs / 1_000} s`;
  return new ClusterError("timeout", `${what}: the answer didn't end within ${within}`);
}

export interface SizeLimit {
  readonly what: string;
  readonly maxBytes: number;
}

export function tooLarge({ what, maxBytes }: SizeLimit): ClusterError {
  const mebibytes = Math.round(maxBytes / (1024 * 1024));
  return new ClusterError("too-large", `${what}: the answer is larger than ${mebibytes} MiB`);
}
