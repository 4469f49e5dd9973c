/** What an answer may cost: time until its headers, time until its end, and size. */
import { ClusterError } from "../../errors.ts";
import type { WireRequest } from "./request-exchange.ts";

/** One limit at a time: until the headers, then until the end. */
export function answerTimer(request: WireRequest, fail: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  const start = (limitMs: number, tooSlow: (request: WireRequest) => ClusterError) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(tooSlow(request)), limitMs);
  };
  return {
    awaitHeaders: () => start(request.headersTimeoutMs, slowHeaders),
    awaitEnd: () => start(request.bodyTimeoutMs, slowBody),
    stop: () => clearTimeout(timer),
  };
}

function slowHeaders({ what, headersTimeoutMs }: WireRequest): ClusterError {
  return new ClusterError("timeout", `${what}: no answer within ${headersTimeoutMs / 1_000} s`);
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
