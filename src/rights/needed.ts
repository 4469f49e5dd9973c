/** The questions that must be answered with yes: the sweep's own requests, one by one. Pure. */
import type { AccessQuestion } from "./access.ts";
import { type Demand, type SecretDemand, secretsByNamespace, workloadsOf } from "./demand.ts";
import { accountsOf, accountVerbs, secretVerbs, workloadVerbs } from "./rbac.ts";
import type { Subject } from "./rights.ts";
import { workloadGroup, workloadResources } from "./workload-resources.ts";

export function neededQuestions(demand: Demand, subject: Subject): readonly AccessQuestion[] {
  return [...sweepQuestions(demand), ...tokenQuestions(subject)];
}

function sweepQuestions({ scope, secrets }: Demand): readonly AccessQuestion[] {
  if (scope === "cluster") {
    const namespaces = { verb: "list", group: "", resource: "namespaces" };
    return [namespaces, ...questionsIn(undefined, secrets)];
  }
  return [...secretsByNamespace(secrets)].flatMap(([namespace, here]) =>
    questionsIn(namespace, here),
  );
}

function questionsIn(
  namespace: string | undefined,
  secrets: readonly SecretDemand[],
): readonly AccessQuestion[] {
  const where = namespace === undefined ? {} : { namespace };
  const accounts = accountsOf(secrets);
  return [
    ...secrets.flatMap(({ name, prune }) =>
      [...secretVerbs, ...(prune ? ["delete"] : [])].map((verb) => {
        return { verb, group: "", resource: "secrets", name, ...where };
      }),
    ),
    ...(accounts === "all" ? [{}] : accounts.map((name) => ({ name }))).flatMap((named) =>
      accountVerbs.map((verb) => {
        return { verb, group: "", resource: "serviceaccounts", ...named, ...where };
      }),
    ),
    ...workloadsOf(secrets).flatMap(({ kind, name }) =>
      workloadVerbs.map((verb) => {
        const resource = workloadResources[kind].plural;
        return { verb, group: workloadGroup, resource, name, ...where };
      }),
    ),
  ];
}

function tokenQuestions(subject: Subject): readonly AccessQuestion[] {
  if (subject.kind === "Group") return [];
  const { namespace, name } = subject;
  const token = { resource: "serviceaccounts", subresource: "token" };
  return [{ verb: "create", group: "", ...token, namespace, name }];
}
