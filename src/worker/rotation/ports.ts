/** What renewing a cluster's credential needs from the world. */
import type { ClusterRecord, ClusterWriter } from "../../clusters/store.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { ClusterApi } from "../../refresh/ports.ts";
import type { SecretValue } from "../../secret-value.ts";

export interface RotationPorts {
  readonly writer: Pick<ClusterWriter, "putPending" | "promote">;
  readonly kubeconfigs: StoredKubeconfigs;
  /**
   * Reads a cluster once, over a connection of its own, which is closed afterwards.
   * @throws KubeconfigError, and what `read` throws
   */
  readonly tryOut: (
    record: ClusterRecord,
    abort: AbortSignal,
    read: (api: ClusterApi) => Promise<unknown>,
  ) => Promise<void>;
}

/** Both throw KubeconfigError, and only that. */
export interface StoredKubeconfigs {
  describe(kubeconfig: SecretValue): StoredCredential;
  /** The same kubeconfig with this token in place of its own. */
  withToken(kubeconfig: SecretValue, token: SecretValue): SecretValue;
}

/** The next token of a ServiceAccount, asked for with its present one. */
export interface TokenRequests {
  /** For the API server itself. @throws ClusterError */
  createToken(
    account: { readonly namespace: string; readonly name: string },
    lifetimeSeconds: number,
  ): Promise<{ readonly token: SecretValue }>;
}
