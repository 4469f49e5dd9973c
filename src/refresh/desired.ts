/**
 * What a cluster should hold: the config, resolved for one cluster and one owner. Pure.
 */
import type { NamespaceSelection } from "../config/namespace-selection.ts";
import type { SecretFormat, WorkloadRef } from "../config/secret-format.ts";
import { matchesCluster, type PullSecretConfig } from "../config/stage-config.ts";
import { digest } from "../pull-secrets/digest.ts";
import { layoutOf } from "../pull-secrets/layout.ts";
import { awsRoles, type Registry, registriesOf } from "./registries.ts";

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
  readonly format: SecretFormat;
  /** Workloads of the secret's namespaces that roll once when its content has changed. */
  readonly restart: readonly WorkloadRef[];
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
    .map(({ clusters: _, registries: given, ...config }) => {
      const registries = [
        ...withoutRepeats(given.flatMap((registry) => registriesOf(registry, owner))),
        ...awsRoles(config.format, cluster),
      ];
      return { ...config, registries, shape: shapeOf(config.format, registries) };
    });
}

/** The config can't see that an account it names is the caller's own: a host has one entry. */
function withoutRepeats(registries: readonly Registry[]): Registry[] {
  return [...new Map(registries.toReversed().map((each) => [each.key, each])).values()].reverse();
}

/** What decides the hosts and keys; a config without options has the digest that it always had. */
function shapeOf(format: SecretFormat, registries: readonly Registry[]): string {
  const options = formatOptions(format);
  const parts = [layoutOf(format).type, registries.map(hostsOf)];
  return digest(options === undefined ? parts : [...parts, options]);
}

/** For ECR, all but the partition's suffix, which follows from the region. */
function hostsOf(registry: Registry) {
  return registry.type === "ecr"
    ? [registry.account, registry.region, registry.endpoints]
    : [registry.type, registry.key];
}

function formatOptions(format: SecretFormat) {
  switch (format.type) {
    case "dockerconfigjson":
      return format.email;
    case "opaque":
      return [format.username, format.password];
    case "awsCredentials":
      return [format.region ?? null, format.mountPath];
  }
}
