/** What the functions log: lines of JSON, among them metrics in CloudWatch's embedded format. */
import { z } from "zod";

const failure = z.object({
  kind: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

const line = z.looseObject({
  level: z.string().optional(),
  message: z.string().default(""),
  requestId: z.string().optional(),
  cluster: z.string().optional(),
  failures: z.array(failure).default([]),
  counts: z.record(z.string(), z.number()).default({}),
  cost: z.record(z.string(), z.number()).default({}),
  /** Only metrics have it. */
  _aws: z
    .object({
      Timestamp: z.number(),
      CloudWatchMetrics: z.array(
        z.object({
          Namespace: z.string(),
          Dimensions: z.array(z.array(z.string())),
          Metrics: z.array(z.object({ Name: z.string() })),
        }),
      ),
    })
    .optional(),
});
export type Line = z.output<typeof line>;

/** The platform's own lines aren't JSON. */
export function readLines(messages: readonly string[]): Line[] {
  return messages
    .flatMap((message) => message.split("\n"))
    .filter((text) => text.startsWith("{"))
    .map((text) => line.parse(JSON.parse(text)));
}

export const isSweepOf =
  (cluster: string, outcome: "done" | "failed") =>
  ({ message, cluster: of }: Line): boolean =>
    of === cluster && message === `sweep ${outcome}`;
