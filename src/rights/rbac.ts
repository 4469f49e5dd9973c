/**
 * The first layer: RBAC, which pins verbs to names. Cluster-wide, or as Roles in the namespaces of a
 * config that names them all. Pure.
 */
import type { WorkloadRef } from "../config/secret-format.ts";
import { type Demand, type SecretDemand, secretsByNamespace, workloadsOf } from "./demand.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { metadataOf, rightsName, tokenRoleName } from "./names.ts";
import type { Account, RightsWish, Subject } from "./rights.ts";
import { workloadGroup, workloadResources } from "./workload-resources.ts";

const rbacGroup = "rbac.authorization.k8s.io";
const rbacVersion = `${rbacGroup}/v1`;

/** Read in one list per name; written by server-side apply, which is a patch and may create. */
export const secretVerbs = ["list", "get", "create", "patch"] as const;
export const accountVerbs = ["list", "patch"] as const;
/** Of the workloads themselves, not of their scale and status. */
export const workloadVerbs = ["list", "patch"] as const;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Absent: of any name. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export function accountObjects(wish: RightsWish, account: Account): readonly KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: metadataOf(wish, account.namespace) },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadataOf(wish, account.name, account.namespace),
      // No pod runs as this account.
      automountServiceAccountToken: false,
    },
  ];
}

/** @returns each role with its binding */
export function roleObjects(wish: RightsWish, demand: Demand): readonly KubernetesObject[] {
  const name = rightsName(wish.namespace);
  if (demand.scope === "cluster") {
    const namespaces = rule("namespaces", ["list"]);
    return bound(wish, name, undefined, [namespaces, ...rulesFor(demand.secrets)]);
  }
  return [...secretsByNamespace(demand.secrets)].flatMap(([namespace, secrets]) =>
    bound(wish, name, namespace, rulesFor(secrets)),
  );
}

/** The right to ask for its own next token. */
export function tokenRoleObjects(wish: RightsWish, account: Account): readonly KubernetesObject[] {
  const itself = rule("serviceaccounts/token", ["create"], [account.name]);
  return bound(wish, tokenRoleName, account.namespace, [itself]);
}

/** The names of the accounts that link to these secrets, or "all". */
export function accountsOf(secrets: readonly SecretDemand[]): readonly string[] | "all" {
  const lists = secrets.flatMap(({ places }) => places.map(({ accounts }) => accounts));
  const names = lists.filter((list) => list !== "all");
  return names.length < lists.length ? "all" : [...new Set(names.flat())].sort();
}

function rulesFor(secrets: readonly SecretDemand[]): readonly Rule[] {
  const accounts = accountsOf(secrets);
  const pruned = secrets.filter(({ prune }) => prune);
  return [
    rule("secrets", secretVerbs, namesOf(secrets)),
    rule("secrets", ["delete"], namesOf(pruned)),
    rule("serviceaccounts", accountVerbs, accounts === "all" ? undefined : accounts),
    ...workloadRules(workloadsOf(secrets)),
    // Without names, a rule would be about all of them.
  ].filter(({ resourceNames }) => resourceNames?.length !== 0);
}

function workloadRules(workloads: readonly WorkloadRef[]): readonly Rule[] {
  return [...Map.groupBy(workloads, ({ kind }) => kind)].map(([kind, each]) => {
    const { plural } = workloadResources[kind];
    return { ...rule(plural, workloadVerbs, namesOf(each)), apiGroups: [workloadGroup] };
  });
}

function rule(resource: string, verbs: readonly string[], names?: readonly string[]): Rule {
  const rule = { apiGroups: [""], resources: [resource], verbs: [...verbs] };
  return names ? { ...rule, resourceNames: names } : rule;
}

function namesOf(things: readonly { readonly name: string }[]): readonly string[] {
  return things.map(({ name }) => name);
}

function bound(
  wish: RightsWish,
  name: string,
  namespace: string | undefined,
  rules: readonly Rule[],
): readonly KubernetesObject[] {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const metadata = metadataOf(wish, name, namespace);
  return [
    { apiVersion: rbacVersion, kind, metadata, rules },
    {
      apiVersion: rbacVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: rbacGroup, kind, name },
      subjects: [subjectReference(wish.subject)],
    },
  ];
}

function subjectReference(subject: Subject) {
  return subject.kind === "Group"
    ? { apiGroup: rbacGroup, kind: "Group", name: subject.name }
    : { kind: "ServiceAccount", name: subject.name, namespace: subject.namespace };
}
