/** What to remove, decided from what was found. Pure: no I/O, no clock. */
import { KubeconfigError } from "../../errors.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { Problem } from "../problems.ts";
import { keepsSecrets, type RemovalFindings, rolesAmong } from "./inspect-removal.ts";
import type { RemovalPlan } from "./removal-plan.ts";
import type { RemovalWish } from "./removal-wish.ts";

export function planRemoval(found: RemovalFindings, wish: RemovalWish): RemovalPlan {
  const { server, record, marked, links, namespaces } = found;
  // One role has one entry in a cluster, by however many names that is registered.
  const entry = marked.otherNamesOfGroup.length > 0 ? undefined : found.entry;
  const keeps = keepsSecrets(wish, marked);
  const cluster = {
    server,
    access: inOrder(marked.ours),
    entry,
    recordFirst: !diesWithUs({ ...found, entry }),
    links,
    secrets: keeps ? [] : marked.secrets,
    roles: rolesAmong(marked.ours),
    namespaces,
    others: marked.others,
    kept: keeps ? marked.secrets : [],
  };
  return { wish, cluster, record, warnings: warningsOf(found, wish) };
}

/** Bindings before all else; a policy, which only refuses, after them. */
const accessKinds = [
  "ClusterRoleBinding",
  "RoleBinding",
  "ServiceAccount",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingAdmissionPolicy",
];

function inOrder(objects: readonly LiveObject[]): readonly LiveObject[] {
  return accessKinds.flatMap((kind) => objects.filter((object) => object.kind === kind));
}

/** Whether the stored credential opens nothing any more once what is ours has gone. */
function diesWithUs({ record, marked: { ours }, accountThere, entry }: RemovalFindings): boolean {
  if (record === undefined) {
    return true;
  }
  if (record.access instanceof KubeconfigError) {
    return false;
  }
  const { credential } = record.access;
  switch (credential.kind) {
    case "service-account-token": {
      const { namespace, name } = credential;
      const isIt = ({ kind, metadata }: LiveObject) =>
        kind === "ServiceAccount" && metadata.name === name && metadata.namespace === namespace;
      return !accountThere || ours.some(isIt);
    }
    case "eks":
      return entry?.isOurs === true || ours.length > 0;
    default:
      return false;
  }
}

function warningsOf({ record, marked, entry }: RemovalFindings, wish: RemovalWish): Problem[] {
  const { cluster } = wish;
  const warnings: Problem[] = [];
  if (record === undefined) {
    const message = `${cluster} isn't registered (any more); this is what is left of it`;
    warnings.push({ message });
  } else if (record.access instanceof KubeconfigError) {
    const message = `the record doesn't tell where the cluster is: ${record.access.message}`;
    warnings.push({ message });
  }
  if (marked.otherNames.length > 0) {
    const [other] = marked.otherNames;
    warnings.push({
      message: `this cluster is registered as ${marked.otherNames.join(", ")} as well: its pull secrets stay`,
      hint: `to remove them, too: ecr-pull-secrets unregister ${other} --stage ${wish.owner.stage}`,
    });
  }
  if (entry?.isOurs && marked.otherNamesOfGroup.length > 0) {
    warnings.push({
      message: `the access entry of ${entry.principalArn} in the EKS cluster ${entry.cluster} stays: ${marked.otherNamesOfGroup.join(", ")} needs it, too`,
    });
  }
  if (entry?.isOurs === false) {
    const { cluster: name, region, principalArn } = entry;
    warnings.push({
      message: `the access entry of ${principalArn} in the EKS cluster ${name} wasn't made by this program: it stays`,
      hint: `if nobody needs it: aws eks delete-access-entry --cluster-name ${name} --region ${region} --principal-arn ${principalArn}`,
    });
  }
  return warnings;
}

/** Only the record: nobody can look at a cluster that is gone. */
export function planWithoutCluster(record: RemovalPlan["record"], wish: RemovalWish): RemovalPlan {
  return { wish, cluster: undefined, record, warnings: [] };
}
