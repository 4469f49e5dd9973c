/** A function in a process of its own, which tells what each invocation cost it. */
import { z } from "zod";
import { serveParent } from "../../bench/child-service.ts";

const question = z.object({ event: z.unknown(), remainingMs: z.number() });

/** What one invocation told. */
export const invocationCost = z.object({
  wallMs: z.number(),
  /** Of all threads of the process. */
  cpuMs: z.number(),
  logLines: z.number(),
  logBytes: z.number(),
  /** What the function answered. */
  answer: z.unknown(),
});

export type InvocationCost = z.output<typeof invocationCost>;

interface Invocation {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export function serveMeasured(
  handler: (event: unknown, invocation: Invocation) => Promise<unknown>,
): void {
  const written = countOutput();
  let invocations = 0;
  serveParent(async (asked) => {
    const { event, remainingMs } = question.parse(asked);
    invocations += 1;
    // As long as Lambda's.
    const awsRequestId = `00000000-0000-4000-8000-${String(invocations).padStart(12, "0")}`;
    const before = { ...written };
    const cpuBefore = process.cpuUsage();
    const startedAtMs = performance.now();
    const answer = await handler(event, {
      awsRequestId,
      getRemainingTimeInMillis: () => startedAtMs + remainingMs - performance.now(),
    });
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      wallMs: performance.now() - startedAtMs,
      cpuMs: (user + system) / 1_000,
      logLines: written.lines - before.lines,
      logBytes: written.bytes - before.bytes,
      answer,
    };
  });
}

/** Of both streams: Lambda makes an event of each line, without its end. */
function countOutput(): { lines: number; bytes: number } {
  const written = { lines: 0, bytes: 0 };
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array) => {
      const text = Buffer.from(chunk).toString();
      const lines = text.split("\n").filter((line) => line !== "");
      written.lines += lines.length;
      written.bytes += lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
      return true;
    };
  }
  return written;
}
