/** Who let the refresh function into an EKS cluster. */
import type { EksApi } from "../../eks/eks-api.ts";
import { annotations } from "../../pull-secrets/names.ts";
import type { Owner } from "../../refresh/desired.ts";
import { formatOwner } from "../../refresh/rules/ownership.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { RecordedEks } from "../found-record.ts";
import type { EntryRemoval } from "./removal-plan.ts";

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
  const isOurs = entry?.tags[annotations.owner] === formatOwner(owner);
  return entry && { cluster, region, principalArn, isOurs };
}
