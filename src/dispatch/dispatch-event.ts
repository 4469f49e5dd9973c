/** What the dispatch function is called with: the schedule's event, or names of clusters. */
import * as z from "zod";
import type { DispatchRequest } from "./dispatch-clusters.ts";
import { clusterName } from "./refresh-message.ts";

const scheduled = z.object({ source: z.literal("aws.events"), time: z.iso.datetime() });
const direct = z.strictObject({ clusters: z.array(clusterName).min(1).max(10_000) });

/** The caller sent something that isn't a dispatch event. */
export class DispatchEventError extends Error {
  override readonly name = "DispatchEventError";
}

/** @throws DispatchEventError, which quotes nothing of the event */
export function parseDispatchEvent(event: unknown, now: () => Date): DispatchRequest {
  const schedule = scheduled.safeParse(event);
  if (schedule.success) {
    // Lambda's retries of a failed dispatch carry the same time: SQS sees the same tick.
    return { clusters: undefined, tick: new Date(schedule.data.time) };
  }
  const named = direct.safeParse(event);
  if (named.success) {
    return { clusters: named.data.clusters, tick: now() };
  }
  throw new DispatchEventError('expected the schedule\'s event, or {"clusters": ["<name>", …]}');
}
