/** Who runs against whom, and what a run tells: the messages between the benchmark and a contestant. */
import { z } from "zod";

const contestantNames = ["sweep", "idle", "bare", "stock", "stock-serial"] as const;
export type ContestantName = (typeof contestantNames)[number];

export const runRequest = z.object({
  contestant: z.enum(contestantNames),
  url: z.string(),
  /** PEM. */
  ca: z.string(),
  /** The same ServiceAccount's for all. */
  token: z.string(),
  /** Which renewal this is: a later one has a later time and another password. */
  renewal: z.number(),
  /** Only the first so many namespaces. */
  limit: z.number().optional(),
});

export type RunRequest = z.output<typeof runRequest>;

const runResult = z.object({
  /** From no connection to the last write's answer. */
  totalMs: z.number(),
  /** Of it, from the first write. */
  applyMs: z.number(),
  /** The same once more on the connection that is there now, where that was measured. */
  warmMs: z.number().optional(),
  written: z.number(),
  failed: z.number(),
  requests: z.number(),
  /** Of answers' bodies, as they travel; undefined: not counted. */
  bytesReceived: z.number().optional(),
  /** What a user would be told went wrong; empty if nothing did. */
  problems: z.array(z.string()),
});

export type RunResult = z.output<typeof runResult>;

/** As the process that ran it tells it. */
export const processResult = runResult.extend({
  /** Processor time of the run: what noise on the machine changes least. */
  cpuMs: z.number(),
  /** Peak of the process before the run, all modules loaded. */
  startRssBytes: z.number(),
  /** Peak of the process up to the end of the run. */
  maxRssBytes: z.number(),
});

export type ProcessResult = z.output<typeof processResult>;

export type Contestant = (request: RunRequest) => Promise<RunResult>;
