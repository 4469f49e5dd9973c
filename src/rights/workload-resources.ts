/** The workloads that a config may restart, as the Kubernetes API calls them. Pure. */
import type { WorkloadRef } from "../config/secret-format.ts";

export const workloadGroup = "apps";
export const workloadVersion = `${workloadGroup}/v1`;

interface WorkloadResource {
  readonly kind: string;
  readonly plural: string;
}

export const workloadResources: Readonly<Record<WorkloadRef["kind"], WorkloadResource>> = {
  deployment: { kind: "Deployment", plural: "deployments" },
  statefulset: { kind: "StatefulSet", plural: "statefulsets" },
  daemonset: { kind: "DaemonSet", plural: "daemonsets" },
};
