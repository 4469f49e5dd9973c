/** A registered cluster by its record: how it is reached, as far as the record tells. */
import type { ClusterState } from "../clusters/record-state.ts";
import { type ClusterStore, kubeconfigIn } from "../clusters/store.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { KubeconfigError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";

/** How a record says that its cluster is reached. */
export interface RecordedAccess {
  /** The API server's address, normalised. */
  readonly server: string;
  readonly credential: StoredCredential;
  /** The EKS cluster that tokens are signed for; undefined: none are. */
  readonly eks: RecordedEks | undefined;
}

export interface RecordedEks {
  readonly cluster: string;
  readonly region: string;
  /** Undefined: the refresh function's own role signs. */
  readonly roleArn: string | undefined;
}

export interface FoundRecord {
  readonly state: ClusterState;
  /** The error says why it can't be told how the cluster is reached. */
  readonly access: RecordedAccess | KubeconfigError;
}

/** @throws KubeconfigError */
export type ReadRecorded = (cluster: string, kubeconfig: SecretValue) => RecordedAccess;

/** Undefined: no such cluster is registered. @throws StoreError */
export async function findRecord(
  cluster: string,
  clusters: Pick<ClusterStore, "read" | "describe">,
  read: ReadRecorded,
): Promise<FoundRecord | undefined> {
  const [record, listed] = await Promise.all([clusters.read(cluster), clusters.describe(cluster)]);
  if (record === undefined || listed === undefined) {
    return undefined;
  }
  const { state } = listed;
  try {
    return { state, access: read(cluster, kubeconfigIn(record)) };
  } catch (error) {
    if (error instanceof KubeconfigError) {
      return { state, access: error };
    }
    throw error;
  }
}
