/** What an answer may cost: time until its headers, time until its end, and size. */
import { ClusterError } from "../../errors.ts";

export interface AnswerLimits {
  /** For messages: `apply secret team-a/ecr-pull`. */
  readonly what: string;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** Of the body as it arrives. */
  readonly maxBytes: number;
}

/** One limit at a time: until the headers, then until the end. */
export function answerTimer(limits: AnswerLimits, fail: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  const start = (limitMs: number, tooSlow: (limits: AnswerLimits) => ClusterError) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(tooSlow(limits)), limitMs);
  };
  return {
    awaitHeaders: () => start(limits.headersTimeoutMs, slowHeaders),
    awaitEnd: () => start(limits.bodyTimeoutMs, slowBody),
    stop: () => clearTimeout(timer),
  };
}

function slowHeaders({ what, headersTimeoutMs }: AnswerLimits): ClusterError {
  return new ClusterError("timeout", `${what}: no answer within ${headersTimeoutMs / 1_000} s`);
}

function slowBody({ what, bodyTimeoutMs }: AnswerLimits): ClusterError {
  const within = `${bodyTimeoutMs / 1_000} s`;
  return new ClusterError("timeout", `${what}: the answer didn't end within ${within}`);
}

export function tooLarge({
  what,
  maxBytes,
}: Pick<AnswerLimits, "what" | "maxBytes">): ClusterError {
  const mebibytes = Math.round(maxBytes / (1024 * 1024));
  return new ClusterError("too-large", `${what}: the answer is larger than ${mebibytes} MiB`);
}
