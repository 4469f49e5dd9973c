/** What the admission policy has to refuse about a workload that the config restarts. Pure. */
import type { LabelledAttempt } from "./access.ts";
import { foreignImage, foreignPodAnnotation, type WorkloadPlace } from "./attempt-objects.ts";

/** @param workload undefined: none is there to try it on */
type Make = (workload: WorkloadPlace | undefined) => LabelledAttempt | undefined;

/** The worst that a patch could do: anything runs as the workload. */
export const otherImage: Make = (workload) =>
  workload && {
    what: `run another image in ${describe(workload)}`,
    attempt: foreignImage(workload),
    needsPolicy: true,
  };

export const annotatedPods: Make = (workload) =>
  workload && {
    what: `add a foreign annotation to the pods of ${describe(workload)}`,
    attempt: foreignPodAnnotation(workload),
    needsPolicy: true,
  };

function describe({ kind, namespace, name }: WorkloadPlace): string {
  return `${kind} ${namespace}/${name}`;
}
