/**
 * What a cluster should hold: the config, resolved for one cluster and one owner. Pure.
 */
import type { NamespaceSelection } from "../config/namespace-selection.ts";
import {
  type EcrRegistryConfig,
  type EndpointFamily,
  matchesCluster,
  type PullSecretConfig,
} from "../config/stage-config.ts";
import { digest } from "../pull-secrets/digest.ts";
import { dockerConfigJsonType } from "../pull-secrets/names.ts";

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
  readonly adopt: boolean;
  readonly prune: boolean;
  /** Digest of hosts, type and keys. */
  readonly shape: string;
}

/** The pull secrets that a config wants in one cluster. */
export function desiredPullSecrets(
  pullSecrets: readonly PullSecretConfig[],
  cluster: string,
  owner: Owner,
): DesiredPullSecret[] {
  return pullSecrets
    .filter((pullSecret) => matchesCluster(pullSecret, cluster))
    .map(({ name, namespaces, serviceAccounts, adopt, prune, ...config }) => {
      const registries = withoutRepeats(
        config.registries.flatMap((registry) => ecrRegistries(registry, owner)),
      );
      const shape = digest([dockerConfigJsonType, registries.map(hostsOf)]);
      return { name, namespaces, serviceAccounts, adopt, prune, registries, shape };
    });
}

/** One registry per account; without `accounts`, the account that the credentials belong to. */
function ecrRegistries(config: EcrRegistryConfig, owner: Owner): EcrRegistry[] {
  const { region, roleArn, endpoints } = config;
  const accounts = config.accounts ?? [accountOfRole(roleArn) ?? owner.account];
  return accounts.map((account) => ({
    type: "ecr",
    key: `${account}.dkr.ecr.${region}`,
    account,
    region,
    roleArn,
    endpoints,
    source: digest(["ecr", account, region, roleArn ?? null, endpoints]),
  }));
}

/** The config can't see that an account it names is the caller's own: a host has one entry. */
function withoutRepeats(registries: readonly EcrRegistry[]): EcrRegistry[] {
  return [...new Map(registries.toReversed().map((each) => [each.key, each])).values()].reverse();
}

/** What decides the hosts, but for the partition's suffix, which follows from the region. */
function hostsOf({ account, region, endpoints }: EcrRegistry) {
  return [account, region, endpoints];
}

/** `arn:aws:iam::<account>:role/<name>`: the config's schema has checked it. */
function accountOfRole(roleArn: string | undefined): string | undefined {
  return roleArn?.split(":")[4];
}
