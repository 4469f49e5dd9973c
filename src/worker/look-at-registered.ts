/** Look at a registered cluster without changing it. */
import { ClusterError, KubeconfigError, StoreError } from "../errors.ts";
import { desiredPullSecrets } from "../refresh/desired.ts";
import { failedSweep, type PlannedSweep, planCluster } from "../refresh/refresh-cluster.ts";
import { clusterCause } from "../refresh/report/failure-log.ts";
import type { SweepReport } from "../refresh/report/report.ts";
import { recordCause, type SweepSignals, type WorkerPorts } from "./sweep-registered.ts";

/** @returns a failed report if the cluster can't be read; undefined if it isn't registered */
export async function lookAtRegistered(
  cluster: string,
  { clusters, open, credentials, pullSecrets, owner, now }: WorkerPorts,
  { abort }: SweepSignals,
): Promise<PlannedSweep | SweepReport | undefined> {
  const desired = desiredPullSecrets(pullSecrets, cluster, owner);
  const sweep = { cluster, owner, desired };
  try {
    const record = await clusters.read(cluster);
    if (!record) {
      return undefined;
    }
    const { api, unverified } = await open(record, abort);
    return { ...(await planCluster(sweep, { api, credentials, now })), unverified };
  } catch (error) {
    if (error instanceof KubeconfigError || error instanceof StoreError) {
      return failedSweep(sweep, recordCause(error), { now });
    }
    if (error instanceof ClusterError) {
      return failedSweep(sweep, clusterCause(error), { now });
    }
    throw error;
  }
}
