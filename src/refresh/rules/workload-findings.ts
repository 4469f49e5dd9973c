/** Workloads that a sweep can't roll, with the remedy. */
import { formatWorkload, type WorkloadRef } from "../../config/secret-format.ts";
import type { Notice } from "./findings.ts";
import type { Restart } from "./restarts.ts";

/** @param namespace `*`: it is in none of those that the config selects */
export function missingWorkload(
  pullSecret: string,
  namespace: string,
  workload: WorkloadRef,
): Notice {
  const where = namespace === "*" ? "in none of the selected namespaces" : "not there";
  return {
    kind: "restart-pending",
    severity: "notice",
    pullSecret,
    namespace,
    message: `${formatWorkload(workload)}, which the config restarts, is ${where}`,
    hint: "mend its kind or name in `restart`; if it comes later, the next sweep restarts it once",
  };
}

/** A new pod template would start no pod now: it is left as it is, and asked for again. */
export function heldWorkload({ workload, causes }: Restart): Notice[] {
  const { namespace, held } = workload;
  const name = formatWorkload(workload);
  const rest =
    held === "on-delete"
      ? {
          message: `${name} has the update strategy OnDelete: it isn't rolled, and its pods keep what they started with`,
          hint: "give it the strategy RollingUpdate, or take it out of `restart` and delete its pods yourself",
        }
      : {
          message: `${name} is paused: it isn't rolled, and its pods keep what they started with`,
          hint: `kubectl rollout resume -n ${namespace} ${name}`,
        };
  return causes.map(({ pullSecret }) => {
    return { kind: "restart-pending", severity: "notice", pullSecret, namespace, ...rest };
  });
}
