/**
 * The questions that must be answered with no: what a stolen credential would be tried with first.
 * RBAC alone has to refuse these; `attempts.ts` tries what only the policy refuses. Pure.
 */
import { formatWorkload, type WorkloadRef } from "../config/secret-format.ts";
import type { AccessQuestion } from "./access.ts";
import { type Demand, namespacesOf, type Place, workloadsOf } from "./demand.ts";
import { accountsOf } from "./rbac.ts";
import { workloadGroup, workloadResources } from "./workload-resources.ts";

/** The place that gives everything away: accounts of the control plane live there. */
export const systemNamespace = "kube-system";

const rbac = "rbac.authorization.k8s.io";
const admission = "admissionregistration.k8s.io";

export function forbiddenQuestions(demand: Demand): readonly AccessQuestion[] {
  return [
    ...otherSecrets(demand),
    ...ourSecrets(demand),
    ...otherAccounts(demand),
    ...otherWorkloads(demand),
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

/** Other ones, and what is too much even for those that the config restarts. */
function otherWorkloads({ scope, secrets }: Demand): readonly AccessQuestion[] {
  const places = secrets.flatMap((secret) => secret.places);
  const workloads = workloadsOf(secrets);
  const kinds = [...new Set(workloads.map(({ kind }) => kind))];
  return [
    // Whether deployments can be made is asked below, whatever the config says.
    ...kinds.flatMap((kind) =>
      ["patch", ...(kind === "deployment" ? [] : ["create"])].map((verb) =>
        ask(verb, workloadResources[kind].plural, { group: workloadGroup }),
      ),
    ),
    ...workloads.flatMap((workload) => {
      const { plural } = workloadResources[workload.kind];
      const about = (verb: string, more: Partial<AccessQuestion>) =>
        ask(verb, plural, { group: workloadGroup, name: workload.name, ...more });
      const its = scope === "cluster" ? undefined : places.filter(restarts(workload));
      // One namespace stands for all: their Roles are alike.
      const [namespace] = its ? namespacesOf(its) : [];
      const where = namespace === undefined ? {} : { namespace };
      return [
        ...["update", "delete"].map((verb) => about(verb, where)),
        about("patch", { ...where, subresource: "scale" }),
        ...(its ? outside(its) : []).map((elsewhere) => about("patch", elsewhere)),
      ];
    }),
  ];
}

function restarts(workload: WorkloadRef) {
  const wanted = formatWorkload(workload);
  return ({ workloads = [] }: Place) => workloads.some((each) => formatWorkload(each) === wanted);
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
