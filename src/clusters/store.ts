/** Where the registered clusters are kept, and nothing of how. */
import { KubeconfigError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import type { ClusterState } from "./record-state.ts";

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

/** @throws KubeconfigError where the record holds something else */
export function kubeconfigIn({ kubeconfig }: ClusterRecord): SecretValue {
  if (kubeconfig instanceof KubeconfigError) {
    throw kubeconfig;
  }
  return kubeconfig;
}

export interface NewRecordOptions {
  readonly state: ClusterState;
  /** Undefined: the key that AWS has for all secrets. */
  readonly kmsKeyId: string | undefined;
  /** Beside those of the state. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Records that are to be deleted count as deleted. Every method throws StoreError, and only that. */
export interface ClusterStore {
  /** May lag minutes behind what was registered. @param giveUp when it has taken too long */
  list(giveUp?: AbortSignal): Promise<ClusterListing>;
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

/**
 * Writes records: what registers a cluster, and what renews its credential. Every method throws
 * StoreError, and those that take a kubeconfig KubeconfigError for one that is too large to keep.
 */
export interface ClusterWriter {
  /**
   * "exists": such a record is there already, and is left as it is. One that is to be deleted is
   * restored and gets the new value.
   * @throws UserError for what no cluster can be called
   */
  create(
    name: string,
    kubeconfig: SecretValue,
    options: NewRecordOptions,
  ): Promise<"created" | "exists">;
  /**
   * Stores a version that nobody reads yet. Undefined: no such cluster is registered.
   * @returns the version's id
   */
  putPending(name: string, kubeconfig: SecretValue): Promise<string | undefined>;
  /**
   * Makes it the current version, unless another than `from` is current by now, or the cluster was
   * unregistered meanwhile. Either way nothing is pending afterwards.
   */
  promote(
    name: string,
    versions: { readonly from: string | undefined; readonly to: string },
  ): Promise<"promoted" | "changed">;
  /** With a recovery window in days (7 to 30). False: there was none. */
  remove(name: string, recoveryDays: number): Promise<boolean>;
}
