/** What a registration will do, as data. */
import { formatOwner } from "../../../refresh/rules/ownership.ts";
import type { RegistrationPlan } from "../../../registration/plan-registration.ts";
import type { ObjectStep } from "../../../registration/rules/judge-object.ts";
import { refOf } from "../../../rights/kubernetes-object.ts";

export function planAsJson({ wish, server, rights, objects, record, warnings }: RegistrationPlan) {
  return {
    cluster: wish.cluster,
    owner: formatOwner(wish.owner),
    server,
    objects: objects.map(stepAsJson),
    steps: (wish.access.steps ?? []).map(({ verb, place, what }) => ({ verb, place, what })),
    record: record.action,
    rights: rights.summary,
    warnings,
  };
}

function stepAsJson(step: ObjectStep) {
  const { verb, object } = step;
  const differences = step.verb === "change" ? { differences: step.differences } : {};
  return { verb, ...refOf(object), ...differences };
}
