/** Where the registered clusters are kept, and nothing of how. */
import type { KubeconfigError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import type { ClusterState } from "./record.ts";

export interface ListedCluster {
  readonly name: string;
  readonly state: ClusterState;
}

export interface ClusterListing {
  readonly clusters: readonly ListedCluster[];
  /** Secrets among the records whose names no cluster can have: a slip of who made them by hand. */
  readonly others: readonly string[];
}

export interface ClusterRecord {
  readonly name: string;
  /** Which version of the record this is; undefined: it never had a value. */
  readonly versionId: string | undefined;
  /** Not read yet; the error says what else the record holds. */
  readonly kubeconfig: SecretValue | KubeconfigError;
}

/** Records that are to be deleted count as deleted. Every method throws StoreError, and only that. */
export interface ClusterStore {
  /** May lag minutes behind what was registered. */
  list(): Promise<ClusterListing>;
  /** Undefined: no such cluster is registered. */
  read(name: string): Promise<ClusterRecord | undefined>;
  /** As `list` shows it, but of now. Undefined: no such cluster is registered. */
  describe(name: string): Promise<ListedCluster | undefined>;
  /**
   * Writes what differs. Whether anything did; false as well for a cluster that was unregistered
   * meanwhile.
   */
  saveState(name: string, before: ClusterState, after: ClusterState): Promise<boolean>;
}
