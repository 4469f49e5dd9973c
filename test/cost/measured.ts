/** What was measured, as `measured.json` keeps it: written by `npm run cost -- --write`. */
import { readFileSync } from "node:fs";
import { z } from "zod";

/** One invocation; medians of several. */
const work = z.object({
  /** Most of it is waiting. */
  wallMs: z.number(),
  /** Of one core of the machine that it was measured on. */
  cpuMs: z.number(),
  logLines: z.number(),
  logBytes: z.number(),
  /** To AWS, by IAM's name of the action. */
  calls: z.record(z.string(), z.number()),
});

const sweep = work.extend({
  /** To and from the cluster, TLS included. */
  sentBytes: z.number(),
  receivedBytes: z.number(),
});

const measuredSchema = z.object({
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    node: z.string(),
    kubeApiServer: z.string(),
    date: z.iso.date(),
  }),
  setting: z.object({
    /** To the cluster's API server. */
    roundTripMs: z.number(),
    /** Until AWS answers a call. */
    awsMs: z.number(),
    namespaces: z.number(),
  }),
  refresh: z.object({ idle: sweep, renewing: sweep, hanging: sweep }),
  /** By the number of clusters. */
  dispatch: z.record(z.string(), work),
  /** Of 10,000, while half of the list calls are refused and each takes its time. */
  throttledDispatch: z.object({
    refusedShare: z.number(),
    callMs: z.number(),
    lists: z.number(),
    sends: z.number(),
    wallMs: z.number(),
    cpuMs: z.number(),
    peakBytes: z.number(),
  }),
  /** Of a sweep with `metrics.perCluster`, beyond those of one without. */
  perClusterLog: z.object({ lines: z.number(), bytes: z.number() }),
});

export type Work = z.output<typeof work>;
export type SweepWork = z.output<typeof sweep>;
export type Measured = z.output<typeof measuredSchema>;

export const measuredFile = new URL("measured.json", import.meta.url);

export function readMeasured(): Measured {
  return measuredSchema.parse(JSON.parse(readFileSync(measuredFile, "utf8")));
}
