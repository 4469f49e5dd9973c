/** What a diagnosis of one registered cluster needs from the world. Nothing here ever writes. */
import type { ClusterRecord, ClusterStore } from "../clusters/store.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import type { PullSecretConfig } from "../config/stage-config.ts";
import type { Owner } from "../refresh/desired.ts";
import type { ClusterApi, CredentialSource } from "../refresh/ports.ts";
import type { FindImage } from "../registries/image-answer.ts";
import type { RightsApi } from "../rights/access.ts";

export interface CheckPorts {
  readonly clusters: Pick<ClusterStore, "read" | "describe">;
  /**
   * Reads the record's kubeconfig, whether or not its credential has expired; connects nowhere yet.
   * @throws KubeconfigError
   */
  readonly examine: (record: ClusterRecord, abort: AbortSignal) => ExaminedCluster;
  readonly credentials: Pick<CredentialSource, "mint" | "covers" | "currentVersion">;
  readonly images: ImagePorts;
  readonly pullSecrets: readonly PullSecretConfig[];
  readonly owner: Owner;
  /** Whether a runner inside its network looks after it, in place of the functions. */
  readonly isLocal: (cluster: string) => boolean;
  readonly now: () => Date;
}

/** Images, and who asks for them. */
export interface ImagePorts {
  readonly find: FindImage;
  /** Who mints where a registry names no role: a user, or a role's session. @throws AwsError */
  readonly callerArn: () => Promise<string>;
}

/** A cluster as its record describes it. */
export interface ExaminedCluster extends AsyncDisposable {
  /** Where its API server is, for people: `https://10.0.0.1:6443`. */
  readonly server: string;
  /** As far as it can be told without the server. */
  readonly credential: StoredCredential;
  /** Step by step; the first that fails is the last. @throws ClusterError if it is told to stop */
  reach(): Promise<readonly ReachedStep[]>;
  /** Over one connection, which the first call makes. */
  readonly api: ClusterApi;
  readonly answers: ServerAnswers;
}

/** One credential's view of an API server. Every method throws ClusterError, and only that. */
export interface ServerAnswers extends RightsApi {
  version(): Promise<ServerVersion>;
  /** The server's clock, to the second; undefined: it doesn't tell. */
  serverTime(): Promise<Date | undefined>;
  /** Who the API server takes us for; undefined: it doesn't say. */
  whoAmI(): Promise<string | undefined>;
}

export interface ServerVersion {
  /** `v1.36.3` */
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
}

/** One step of the way to an API server. */
export interface ReachedStep {
  /** `dns`: of the host, or of the proxy in front of it; `tcp`: with the proxy's tunnel. */
  readonly step: "dns" | "tcp" | "tls";
  readonly ok: boolean;
  /** What was found (`10.0.0.1`, `TLS 1.3, certificate until …`), or why it failed. */
  readonly message: string;
  /** It works, and yet shouldn't be so. */
  readonly doubtful?: boolean;
  /** What to do about it. */
  readonly hint?: string | undefined;
}
