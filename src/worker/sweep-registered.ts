/** Sweep one registered cluster: from its record to a report. */
import type { ClusterRecord, ClusterStore } from "../clusters/store.ts";
import type { PullSecretConfig } from "../config/stage-config.ts";
import { KubeconfigError, StoreError } from "../errors.ts";
import { desiredPullSecrets, type Owner } from "../refresh/desired.ts";
import type { Cause } from "../refresh/failure-log.ts";
import type { ClusterApi, CredentialSource } from "../refresh/ports.ts";
import { failedSweep, refreshCluster, type Sweep } from "../refresh/refresh-cluster.ts";
import type { SweepReport } from "../refresh/report.ts";

export interface WorkerPorts {
  readonly clusters: ClusterStore;
  /** A cluster's API, over a connection that outlives this sweep. @throws KubeconfigError */
  readonly open: (record: ClusterRecord, abort: AbortSignal) => Promise<OpenedCluster>;
  readonly credentials: CountedCredentialSource;
  readonly pullSecrets: readonly PullSecretConfig[];
  readonly owner: Owner;
  readonly now: () => Date;
}

export interface OpenedCluster {
  readonly api: ClusterApi;
  /** Counted since the connection was made. */
  readonly stats: () => Omit<SweepCost, "ecrCalls">;
}

export interface CountedCredentialSource extends CredentialSource {
  /** GetAuthorizationToken calls so far. */
  callsMade(): number;
}

/** What a sweep cost on the wire. */
export interface SweepCost {
  readonly requests: number;
  readonly retries: number;
  readonly connections: number;
  readonly ecrCalls: number;
}

export interface CostedReport extends SweepReport {
  readonly cost: SweepCost;
}

/** When to begin nothing new, and when to give up what is in flight. */
export interface SweepSignals {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

const silent = { minted: () => {}, applied: () => {} };

/** @returns undefined if no such cluster is registered: somebody took it away, which is no failure */
export async function sweepRegistered(
  cluster: string,
  ports: WorkerPorts,
  { stop, abort }: SweepSignals,
): Promise<CostedReport | undefined> {
  const { now, owner, credentials } = ports;
  const desired = desiredPullSecrets(ports.pullSecrets, cluster, owner);
  const sweep: Sweep = { cluster, owner, desired };
  try {
    const record = await ports.clusters.read(cluster);
    if (!record) {
      return undefined;
    }
    const { api, stats } = await ports.open(record, abort);
    const count = () => ({ ...stats(), ecrCalls: credentials.callsMade() });
    const before = count();
    const report = await refreshCluster(sweep, { api, credentials, now, stop, progress: silent });
    return { ...report, cost: difference(before, count()) };
  } catch (error) {
    if (error instanceof KubeconfigError || error instanceof StoreError) {
      return { ...failedSweep(sweep, recordCause(error), { now }), cost: noCost };
    }
    throw error;
  }
}

/** Why a cluster's record is of no use. */
export function recordCause(error: KubeconfigError | StoreError): Cause {
  const kind = error instanceof StoreError ? "store" : "kubeconfig";
  return { kind, message: error.message, hint: error.hint };
}

const noCost: SweepCost = { requests: 0, retries: 0, connections: 0, ecrCalls: 0 };

function difference(before: SweepCost, after: SweepCost): SweepCost {
  return {
    requests: after.requests - before.requests,
    retries: after.retries - before.retries,
    connections: after.connections - before.connections,
    ecrCalls: after.ecrCalls - before.ecrCalls,
  };
}
