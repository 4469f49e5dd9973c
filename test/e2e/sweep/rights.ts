/** The rights that sweeps have here: computed as for any cluster, or what a scenario makes of them. */
import { stringify } from "yaml";
import { parseConfig } from "../../../src/config/load.ts";
import { desiredPullSecrets, type Owner } from "../../../src/refresh/desired.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { accountName, accountUser, defaultNamespace } from "../../../src/rights/names.ts";
import type { Rights, RightsWish } from "../../../src/rights/rights.ts";

export interface RightsChange {
  /** Of the account, and so part of all names: another sweeper than the usual one. */
  readonly namespace?: string;
  /** Instead of `ecr-pull`. */
  readonly secrets?: readonly string[];
  /** Instead of `default`; none: without any right to service accounts. */
  readonly serviceAccounts?: readonly string[];
  readonly prune?: boolean;
  /** Workloads: `deployment/docker-registry`. */
  readonly restart?: readonly string[];
}

/** As the API server's audit log calls it. */
export function sweeperName(namespace = defaultNamespace): string {
  return accountUser({ namespace, name: accountName });
}

/**
 * RBAC alone: a policy would let one stage write and one config, and the scenarios have many.
 * Sweeps under both layers are in test/e2e/rights.
 */
export function rightsManifest(change: RightsChange = {}): string {
  const { namespace, secrets = ["ecr-pull"], serviceAccounts = ["default"] } = change;
  const { prune, restart } = change;
  const links = serviceAccounts.length > 0 ? { serviceAccounts } : {};
  const wish = wishFor(
    secrets.map((name) => ({ name, prune, restart, ...links })),
    { namespace },
  );
  return renderRights(computeRights({ ...wish, withPolicy: false }));
}

export const someOwner: Owner = { account: "123456789012", region: "us-east-1", stage: "prod" };

/** For pull secrets as a config file has them; `registries` may be left out. */
export function wishFor(
  pullSecrets: readonly object[],
  more: { readonly namespace?: string | undefined; readonly owner?: Owner } = {},
): RightsWish {
  const { namespace = defaultNamespace, owner = someOwner } = more;
  const registries = [{ type: "ecr", region: "us-east-1" }];
  const config = JSON.stringify({
    pullSecrets: pullSecrets.map((each) => ({ registries, ...each })),
  });
  const cluster = "e2e";
  const parsed = parseConfig(config, "config/prod.yml").pullSecrets;
  return {
    cluster,
    owner,
    desired: desiredPullSecrets(parsed, cluster, owner),
    subject: { kind: "ServiceAccount", namespace, name: accountName },
    namespace,
    withPolicy: true,
  };
}

export function renderRights({ objects }: Rights): string {
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n");
}
