/** Sweep one registered cluster: from its record to a report. */
import type { ClusterRecord, ClusterStore } from "../clusters/store.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import type { PullSecretConfig } from "../config/stage-config.ts";
import { KubeconfigError, StoreError } from "../errors.ts";
import { type DesiredPullSecret, desiredPullSecrets, type Owner } from "../refresh/desired.ts";
import type { ClusterApi, CredentialSource } from "../refresh/ports.ts";
import { failedSweep, refreshCluster, type Sweep } from "../refresh/refresh-cluster.ts";
import type { Cause } from "../refresh/report/failure-log.ts";
import type { SweepReport } from "../refresh/report/report.ts";
import type { CredentialReport } from "./rotation/credential-report.ts";
import type { TokenRequests } from "./rotation/ports.ts";

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
  readonly tokens: TokenRequests;
  readonly credential: StoredCredential;
  /** True: whoever answers is believed, which the config allows. */
  readonly unverified?: boolean;
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
  /** Absent: the record holds none that can be read. */
  readonly credential?: CredentialReport;
}

/** A sweep's report, and what it was made with. */
export interface Swept {
  readonly report: CostedReport;
  readonly desired: readonly DesiredPullSecret[];
  /** Undefined: it couldn't be read. */
  readonly record: ClusterRecord | undefined;
  /** Undefined: its record is of no use. */
  readonly opened: OpenedCluster | undefined;
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
  signals: SweepSignals,
): Promise<Swept | undefined> {
  const { now, owner } = ports;
  const desired = desiredPullSecrets(ports.pullSecrets, cluster, owner);
  const sweep: Sweep = { cluster, owner, desired };
  let record: ClusterRecord | undefined;
  try {
    record = await ports.clusters.read(cluster);
    if (!record) {
      return undefined;
    }
    const opened = await ports.open(record, signals.abort);
    const report = await sweepOpened(sweep, opened, { ports, signals });
    return { report, desired, record, opened };
  } catch (error) {
    if (error instanceof KubeconfigError || error instanceof StoreError) {
      const report = { ...failedSweep(sweep, recordCause(error), { now }), cost: noCost };
      return { report, desired, record, opened: undefined };
    }
    throw error;
  }
}

async function sweepOpened(
  sweep: Sweep,
  { api, stats }: OpenedCluster,
  { ports, signals }: { readonly ports: WorkerPorts; readonly signals: SweepSignals },
): Promise<CostedReport> {
  const { now, credentials } = ports;
  const count = () => ({ ...stats(), ecrCalls: credentials.callsMade() });
  const before = count();
  const { stop } = signals;
  const report = await refreshCluster(sweep, { api, credentials, now, stop, progress: silent });
  return { ...report, cost: difference(before, count()) };
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
