/**
 * The questions that must be answered with no: what a stolen credential would be tried with first.
 * RBAC alone has to refuse these; `attempts.ts` tries what only the policy refuses. Pure.
 */
import type { AccessQuestion } from "./access.ts";
import { type Demand, namespacesOf, type Place } from "./demand.ts";
import { accountsOf } from "./rbac.ts";

/** The place that gives everything away: accounts of the control plane live there. */
export const systemNamespace = "kube-system";

const rbac = "rbac.authorization.k8s.io";
const admission = "admissionregistration.k8s.io";

export function forbiddenQuestions(demand: Demand): readonly AccessQuestion[] {
  return [
    ...otherSecrets(demand),
    ...ourSecrets(demand),
    ...otherAccounts(demand),
    ...escalations,
    ...(demand.scope === "namespaces" ? [ask("list", "namespaces")] : []),
  ];
}

function otherSecrets(demand: Demand): readonly AccessQuestion[] {
  const name = nameBesides(demand.secrets.map((secret) => secret.name));
  return [
    ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"].map(
      (verb) => ask(verb, "secrets"),
    ),
    ...["get", "list", "create", "patch", "delete"].map((verb) => ask(verb, "secrets", { name })),
    ...["get", "list", "create", "patch"].map((verb) =>
      ask(verb, "secrets", { name, namespace: systemNamespace }),
    ),
  ];
}

/** What is too much even for our own. */
function ourSecrets({ scope, secrets }: Demand): readonly AccessQuestion[] {
  return secrets.flatMap(({ name, prune, places }) => [
    ...["watch", "update", ...(prune ? [] : ["delete"])].map((verb) =>
      ask(verb, "secrets", { name }),
    ),
    ...(scope === "cluster" ? [] : outside(places)).flatMap((where) =>
      ["get", "list", "create", "patch"].map((verb) => ask(verb, "secrets", { name, ...where })),
    ),
  ]);
}

/** Where a config that names all namespaces wants nothing: in all of them at once, for instance. */
function outside(places: readonly Place[]): readonly Pick<AccessQuestion, "namespace">[] {
  const isNamed = namespacesOf(places).includes(systemNamespace);
  return isNamed ? [{}] : [{}, { namespace: systemNamespace }];
}

function otherAccounts(demand: Demand): readonly AccessQuestion[] {
  const accounts = accountsOf(demand.secrets);
  const others =
    accounts === "all" && demand.scope === "cluster"
      ? []
      : ["list", "patch"].map((verb) => ask(verb, "serviceaccounts"));
  const token = { subresource: "token" };
  return [
    ...others,
    ...["create", "update", "delete"].map((verb) => ask(verb, "serviceaccounts")),
    ask("create", "serviceaccounts", token),
    ask("create", "serviceaccounts", {
      ...token,
      namespace: systemNamespace,
      // May extend ClusterRoles, and so whoever holds its token may do anything.
      name: "clusterrole-aggregation-controller",
    }),
  ];
}

const escalations: readonly AccessQuestion[] = [
  ...["users", "groups", "serviceaccounts"].map((resource) => ask("impersonate", resource)),
  ...["roles", "clusterroles"].flatMap((resource) =>
    ["create", "update", "patch", "bind", "escalate"].map((verb) =>
      ask(verb, resource, { group: rbac }),
    ),
  ),
  ...["rolebindings", "clusterrolebindings"].flatMap((resource) =>
    ["create", "update", "patch"].map((verb) => ask(verb, resource, { group: rbac })),
  ),
  ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"].flatMap((resource) =>
    ["update", "patch", "delete"].map((verb) => ask(verb, resource, { group: admission })),
  ),
  ask("create", "mutatingwebhookconfigurations", { group: admission }),
  ask("create", "pods"),
  ask("create", "pods", { subresource: "exec" }),
  ask("get", "nodes", { subresource: "proxy" }),
  ask("create", "deployments", { group: "apps" }),
  ask("create", "certificatesigningrequests", { group: "certificates.k8s.io" }),
  ask("patch", "namespaces"),
];

function ask(verb: string, resource: string, more: Partial<AccessQuestion> = {}): AccessQuestion {
  return { verb, group: "", resource, ...more };
}

/** A name that nobody would give a secret, and that the config didn't either. */
function nameBesides(names: readonly string[]): string {
  let name = "not-a-pull-secret";
  while (names.includes(name)) name += "-either";
  return name;
}
