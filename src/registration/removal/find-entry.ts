/** Who let the refresh function into an EKS cluster. */
import type { EksApi } from "../../eks/eks-api.ts";
import { annotations, fieldManager } from "../../pull-secrets/names.ts";
import type { Owner } from "../../refresh/desired.ts";
import { formatOwner } from "../../refresh/rules/ownership.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { EntryRemoval } from "./removal-plan.ts";
import type { RecordedEks } from "./removal-wish.ts";

/** On an access entry, as on everything else that is ours. */
export const ownerTag = annotations.owner;

/** What somebody who looks at the entry is told. */
export function entryTags(owner: Owner): Readonly<Record<string, string>> {
  return { [ownerTag]: formatOwner(owner), "managed-by": fieldManager };
}

export interface EntrySources {
  readonly owner: Owner;
  readonly stack: Pick<DeployedStack, "refreshFunction">;
}

/**
 * Undefined: there is none, or nobody can tell whose it would be, because the stage isn't deployed
 * any more. A role that the kubeconfig names is none of this program's.
 * @throws AwsError
 */
export async function findEntry(
  { cluster, region, roleArn }: RecordedEks,
  { owner, stack }: EntrySources,
  eks: Pick<EksApi, "findAccessEntry" | "describeCluster">,
): Promise<EntryRemoval | undefined> {
  const principalArn = roleArn ?? (await stack.refreshFunction())?.roleArn;
  const found = await eks.describeCluster(cluster);
  if (principalArn === undefined || found === undefined) {
    return undefined;
  }
  if (found.authenticationMode === "CONFIG_MAP") {
    return undefined;
  }
  const entry = await eks.findAccessEntry(cluster, principalArn);
  const isOurs = entry?.tags[ownerTag] === formatOwner(owner);
  return entry && { cluster, region, principalArn, isOurs };
}
