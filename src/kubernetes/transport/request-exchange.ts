/** One request and its answer on the wire: time and size limits, and no more waiting after an abort. */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { type AnswerLimits, answerTimer, tooLarge } from "./answer-limits.ts";
import { aborted } from "./retry.ts";

export interface WireRequest extends AnswerLimits {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
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
  { dispatcher, sever }: Line,
  request: WireRequest,
  signal: AbortSignal,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      throw aborted(signal.reason);
    }
    const answer = collector(request, signal, { resolve, reject, sever });
    const { method, path, headers, body, bodyTimeoutMs } = request;
    dispatcher.dispatch(
      {
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
        // All of ours may be repeated, and none waits for the one before it.
        idempotent: true,
        // Ours: undici's would abort the stream.
        headersTimeout: 0,
        bodyTimeout: bodyTimeoutMs,
      },
      answer,
    );
  });
}

/** A connection that is lent, and how to give it up. */
export interface Line {
  readonly dispatcher: Dispatcher;
  /** Undefined where a single request can be aborted without harm (HTTP/1.1). */
  readonly sever: (() => void) | undefined;
}

interface Settle {
  readonly sever: Line["sever"];
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
  const done = () => {
    timer.stop();
    signal.removeEventListener("abort", onAbort);
  };
  const fail = (error: Error) => {
    done();
    settle.reject(error);
    // undici aborts with close() and destroy(). If the body isn't sent to its end by then, Node keeps
    // the stream without a reset, and writes empty frames without end once the server reads on.
    if (request.body === undefined || !settle.sever) {
      controller?.abort(error);
    } else if (!signal.aborted) {
      settle.sever();
    }
  };
  const timer = answerTimer(request, fail);
  const onAbort = () => fail(aborted(signal.reason));
  signal.addEventListener("abort", onAbort);

  return {
    onRequestStart(started) {
      controller = started;
      timer.awaitHeaders();
      // It waited for a free stream: one that opened because the same abort ended another request.
      if (signal.aborted) {
        onAbort();
      }
    },
    onResponseStart(_controller, statusCode, responseHeaders) {
      if (statusCode < 200) {
        return;
      }
      timer.awaitEnd();
      status = statusCode;
      headers = responseHeaders;
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
