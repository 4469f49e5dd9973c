/** What was found in a cluster and in AWS before anything is decided: plain data. */
import type { ClusterState } from "../clusters/record-state.ts";
import type { KubeconfigError } from "../errors.ts";
import type { KubernetesObject, LiveObject } from "../rights/kubernetes-object.ts";
import type { Rights } from "../rights/rights.ts";
import type { SecretValue } from "../secret-value.ts";
import type { StoredAccess } from "./access/stored-kubeconfigs.ts";

export interface InspectedObject {
  readonly wanted: KubernetesObject;
  /**
   * Hidden: whoever asked may not read it. Homeless: not even its namespace is there. Undefined:
   * there is none.
   */
  readonly live: LiveObject | "hidden" | "homeless" | undefined;
}

export interface RecordContent extends StoredAccess {
  readonly kubeconfig: SecretValue;
}

export interface InspectedRecord {
  readonly state: ClusterState;
  /** Undefined: it never had a value. */
  readonly versionId: string | undefined;
  /** The error says why the record can't be used. */
  readonly content: RecordContent | KubeconfigError;
  /** Why its credential opens nothing; undefined: it works, or wasn't tried. */
  readonly dead: string | undefined;
}

export interface Inspection {
  readonly rights: Rights;
  readonly objects: readonly InspectedObject[];
  /** Marked as ours, and no longer wanted: rights that the config doesn't ask for any more. */
  readonly stale: readonly LiveObject[];
  /** Kinds that whoever asked may not list: some of those may be left, too. */
  readonly unlisted: readonly string[];
  /** Undefined: no such cluster is registered. */
  readonly record: InspectedRecord | undefined;
}
