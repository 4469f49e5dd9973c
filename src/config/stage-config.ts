/**
 * What one stage's config file says, with every default filled in and every pattern parsed.
 */
import { matchesAnyGlob } from "./globs.ts";
import type { NamespaceSelection } from "./namespace-selection.ts";

export const endpointFamilies = ["ipv4", "dual-stack", "fips"] as const;
export type EndpointFamily = (typeof endpointFamilies)[number];

export interface StageConfig {
  readonly schedule: Schedule;
  readonly alarms: { readonly email: string | undefined };
  readonly pullSecrets: readonly PullSecretConfig[];
  /** Names of clusters whose certificate isn't verified. */
  readonly allowInsecureTls: readonly string[];
}

export interface Schedule {
  /** As EventBridge wants it: `rate(10 minutes)`. */
  readonly expression: string;
  readonly periodMinutes: number;
}

export interface PullSecretConfig {
  readonly name: string;
  /** Names or globs. */
  readonly clusters: readonly string[];
  readonly namespaces: NamespaceSelection;
  /** Names of the accounts to link, or all of them. */
  readonly serviceAccounts: readonly string[] | "all";
  readonly registries: readonly RegistryConfig[];
  /** Take over a Secret of this name that somebody else made. */
  readonly adopt: boolean;
  /** Delete our Secret from namespaces that are no longer selected. */
  readonly prune: boolean;
}

/** Private registries in one region, behind one token. */
export interface EcrRegistryConfig {
  readonly type: "ecr";
  readonly region: string;
  /** Undefined: the account that the caller's own credentials belong to. */
  readonly accounts: readonly string[] | undefined;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
  readonly endpoints: readonly EndpointFamily[];
}

export type RegistryConfig = EcrRegistryConfig;

export function matchesCluster(
  pullSecret: Pick<PullSecretConfig, "clusters">,
  clusterName: string,
): boolean {
  return matchesAnyGlob(pullSecret.clusters, clusterName);
}
