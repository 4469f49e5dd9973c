/** From what a config wants in a cluster to the rights for just that. Pure. */
import { demandOf } from "./demand.ts";
import { forbiddenQuestions } from "./forbidden.ts";
import { neededQuestions } from "./needed.ts";
import { policyObjects } from "./policy/admission-policy.ts";
import { accountObjects, roleObjects, tokenRoleObjects } from "./rbac.ts";
import type { Rights, RightsWish } from "./rights.ts";
import { summaryOf } from "./summary.ts";

/** The objects in the order in which they are applied: what bounds the rights before what grants. */
export function computeRights(wish: RightsWish): Rights {
  const { subject, withPolicy } = wish;
  const demand = demandOf(wish.desired);
  const ofAccount = subject.kind === "ServiceAccount";
  return {
    scope: demand.scope,
    objects: [
      ...(ofAccount ? accountObjects(wish, subject) : []),
      // A token that is out already would have wider rights without the policy for a moment.
      ...(withPolicy ? policyObjects(wish, demand) : []),
      ...roleObjects(wish, demand),
      ...(ofAccount ? tokenRoleObjects(wish, subject) : []),
    ],
    needed: neededQuestions(demand, subject),
    forbidden: forbiddenQuestions(demand),
    summary: summaryOf(wish, demand),
  };
}
