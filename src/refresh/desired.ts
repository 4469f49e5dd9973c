/**
 * What a cluster should hold: the config, resolved for one cluster and one owner. Pure.
 */
import type { NamespaceSelection } from "../config/namespace-selection.ts";
import type { EndpointFamily } from "../config/stage-config.ts";

/** One account's private registry in one region. Its token comes from (roleArn, region). */
export interface EcrRegistry {
  readonly type: "ecr";
  /** `<account>.dkr.ecr.<region>`: names it in annotations, reports and logs. */
  readonly key: string;
  readonly account: string;
  readonly region: string;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
  readonly endpoints: readonly EndpointFamily[];
  /** Digest of everything that decides where the credential comes from. */
  readonly source: string;
}

export type Registry = EcrRegistry;

/** Which deployment writes: `<account>/<region>/<stage>`. */
export interface Owner {
  readonly account: string;
  readonly region: string;
  readonly stage: string;
}

export interface DesiredPullSecret {
  readonly name: string;
  readonly namespaces: NamespaceSelection;
  /** Account names to link, or "all". */
  readonly serviceAccounts: readonly string[] | "all";
  readonly registries: readonly Registry[];
  readonly type: "kubernetes.io/dockerconfigjson";
  readonly adopt: boolean;
  readonly prune: boolean;
  /** Digest of hosts, type and keys. */
  readonly shape: string;
}
