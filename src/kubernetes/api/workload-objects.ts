/** What we read of workloads, checked. */
import * as z from "zod";
import type { WorkloadRef } from "../../config/secret-format.ts";
import { restartedForAnnotation } from "../../pull-secrets/names.ts";
import type { WorkloadState } from "../../refresh/ports.ts";

/** Others' annotations may be anything: only ours has to be text. */
const template = z.object({
  metadata: z
    .object({ annotations: z.object({ [restartedForAnnotation]: z.string().nullish() }).nullish() })
    .nullish(),
});

const spec = z.object({
  template,
  paused: z.boolean().nullish(),
  updateStrategy: z.object({ type: z.string().nullish() }).nullish(),
});

const workload = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().nullish(),
  }),
  spec,
});

/** @param kind as asked for: the items of a list don't say it */
export function workloadSchema(kind: WorkloadRef["kind"]) {
  return workload.transform(
    ({ metadata: { deletionTimestamp, ...metadata }, spec: given }): WorkloadState => ({
      kind,
      ...metadata,
      restartedFor: given.template.metadata?.annotations?.[restartedForAnnotation] ?? undefined,
      held: heldBy(given),
      terminating: typeof deletionTimestamp === "string",
    }),
  );
}

/** Only Deployments know a pause, and only the other two a strategy of that name. */
function heldBy({ paused, updateStrategy }: z.output<typeof spec>): WorkloadState["held"] {
  if (paused) return "paused";
  return updateStrategy?.type === "OnDelete" ? "on-delete" : undefined;
}
