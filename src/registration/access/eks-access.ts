/**
 * Access to an EKS cluster without a credential: the record names the cluster, and the refresh
 * function signs a token with its own role for each sweep. In the cluster it is a member of a group.
 */
import type { AccessEntry, EksApi, EksCluster } from "../../eks/eks-api.ts";
import { UserError } from "../../errors.ts";
import type { Owner } from "../../refresh/desired.ts";
import { groupName } from "../../rights/names.ts";
import { entryTags } from "../marks.ts";
import type { Problem } from "../problems.ts";
import type { AccessKind, AccessStep } from "./access-kind.ts";

export interface EksWish {
  readonly cluster: EksCluster;
  readonly region: string;
  /** The role that the refresh function runs as. */
  readonly principalArn: string;
  /** Undefined: the role has none. */
  readonly entry: AccessEntry | undefined;
  readonly owner: Owner;
  /** Of the deployed function's diagnosis: why the cluster doesn't let it in; undefined: it does. */
  readonly judgeDeployed: (answer: unknown) => Problem | undefined;
}

export function eksAccess(
  wish: EksWish,
  eks: Pick<EksApi, "createAccessEntry" | "addAccessGroup">,
): AccessKind {
  const { cluster, region, judgeDeployed } = wish;
  const { name } = cluster;
  return {
    subject: { kind: "Group", name: groupName },
    credential: `the name of EKS cluster ${name}: the function signs its tokens itself`,
    asked: undefined,
    describeIssued: () => `No credential: the function's role signs for EKS cluster ${name}`,
    demands: [],
    demandsHint: "",
    misfit: (stored) => (stored.kind === "eks" ? undefined : "a credential of its own"),
    issue: async ({ kubeconfigs }) => ({
      kubeconfig: kubeconfigs.render(
        { kind: "eks", eks: { cluster: name, region, roleArn: undefined } },
        undefined,
      ),
      life: undefined,
    }),
    steps: entrySteps(wish, eks),
    judgeDeployed,
  };
}

function entrySteps(
  { cluster, region, principalArn, entry, owner }: EksWish,
  eks: Pick<EksApi, "createAccessEntry" | "addAccessGroup">,
): readonly AccessStep[] {
  const { name } = cluster;
  if (!takesEntries(cluster) || entry?.groups.includes(groupName)) {
    return [];
  }
  const place = `In EKS (cluster ${name}, ${region})`;
  if (entry !== undefined) {
    const add = async () => {
      if (!(await eks.addAccessGroup(name, principalArn, groupName))) {
        throw meanwhile(principalArn);
      }
    };
    const what = `group ${groupName} in the access entry of ${principalArn}`;
    return [{ verb: "change", place, what, carryOut: add }];
  }
  const create = async () => {
    const made = { principalArn, groups: [groupName], tags: entryTags(owner) };
    if ((await eks.createAccessEntry(name, made)) === "exists") {
      throw meanwhile(principalArn);
    }
  };
  const what = `access entry of ${principalArn}, with group ${groupName}`;
  return [{ verb: "create", place, what, carryOut: create }];
}

function meanwhile(principalArn: string): UserError {
  return new UserError(`somebody else changed the access entry of ${principalArn} meanwhile`, {
    hint: "run this again: it looks at what is there by now",
  });
}

export function takesEntries({ authenticationMode }: EksCluster): boolean {
  return authenticationMode !== "CONFIG_MAP";
}

/** What stands in the way of a cluster that knows its people from a ConfigMap alone. */
export function needsMapping({
  cluster,
  region,
  principalArn,
}: Pick<EksWish, "cluster" | "region" | "principalArn">): Problem {
  const { name } = cluster;
  const entry = [
    `- rolearn: ${withoutPath(principalArn)}`,
    `  username: ${groupName}`,
    `  groups: [${groupName}]`,
  ];
  return {
    message: [
      `the EKS cluster ${name} takes no access entries: its authentication mode is CONFIG_MAP. In mapRoles of ConfigMap kube-system/aws-auth it needs`,
      ...entry,
    ].join("\n"),
    hint: `add that, and say so: --role-mapped; or let the cluster take access entries: aws eks update-cluster-config --name ${name} --region ${region} --access-config authenticationMode=API_AND_CONFIG_MAP`,
  };
}

/** https://github.com/kubernetes-sigs/aws-iam-authenticator#known-limitations: it compares without. */
function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ":role/");
}
