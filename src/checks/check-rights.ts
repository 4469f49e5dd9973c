/** Ask for every right that is needed, and try what must be refused. */
import type { ClusterState } from "../clusters/record-state.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import type { Observed } from "../refresh/observe/observe.ts";
import { attemptsOf } from "../rights/attempts.ts";
import { existingIn } from "../rights/candidates.ts";
import { demandOf, digestOf } from "../rights/demand.ts";
import { forbiddenQuestions } from "../rights/forbidden.ts";
import { defaultNamespace, groupName } from "../rights/names.ts";
import { neededQuestions } from "../rights/needed.ts";
import { proveRights } from "../rights/prove-rights.ts";
import type { RightsWish } from "../rights/rights.ts";
import { type Asked, asked } from "./asked.ts";
import { catalogue, failed, passed, skipped, untold, warned } from "./catalogue.ts";
import type { CheckResult } from "./check-report.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { ExaminedCluster } from "./ports.ts";
import { judgeRights } from "./rules/judge-rights.ts";

const { needed, refused, policy, granted } = catalogue;

/** @param observed where there is a place to try what must be refused */
export async function checkRights(
  { answers, credential }: ExaminedCluster,
  observed: Asked<Observed>,
  about: { readonly diagnosis: Diagnosis; readonly serverHasPolicies: boolean },
): Promise<readonly CheckResult[]> {
  const { serverHasPolicies, diagnosis } = about;
  const wish = wishOf(credential, diagnosis, serverHasPolicies);
  const attempts = attemptsOf(wish, observed.answer?.namespaces, existingIn(observed.answer));
  const demand = demandOf(wish.desired);
  // Not by way of the objects that grant them: the function needs no policy's text in its bundle.
  const rights = {
    needed: neededQuestions(demand, wish.subject),
    forbidden: forbiddenQuestions(demand),
  };
  const proofs = await asked(proveRights({ rights, attempts }, answers));
  if (proofs.error) {
    const { message, hint } = proofs.error;
    return [failed(needed, { message, hint }), skipped(refused, needed), skipped(policy, needed)];
  }
  const { register, replace } = diagnosis.next;
  // What somebody brought is not ours to grant rights to: a credential of ours takes its place.
  const isOurs = credential.kind === "service-account-token" || credential.kind === "eks";
  const remedy = isOurs ? register : replace;
  return judgeRights({ proofs: proofs.answer, serverHasPolicies, remedy });
}

/** A ServiceAccount needs the right to renew its token; whoever else it is, nothing renews it. */
function wishOf(
  credential: StoredCredential,
  { cluster, owner, desired }: Diagnosis,
  withPolicy: boolean,
): RightsWish {
  const wish = { cluster, owner, desired, withPolicy };
  if (credential.kind !== "service-account-token") {
    const subject = { kind: "Group", name: groupName } as const;
    return { ...wish, subject, namespace: defaultNamespace };
  }
  const { namespace, name } = credential;
  return { ...wish, subject: { kind: "ServiceAccount", namespace, name }, namespace };
}

/** By the record's tag, without asking the cluster: a config that grew needs rights that it lacks. */
export function checkGranted(
  { desired, next }: Diagnosis,
  state: ClusterState | undefined,
): CheckResult {
  if (!state) {
    return skipped(granted, catalogue.record);
  }
  if (state.rbac === undefined) {
    return untold(granted, "the record doesn't say which were granted");
  }
  return state.rbac === digestOf(demandOf(desired))
    ? passed(granted)
    : warned(granted, {
        message: "the config has changed since they were granted: it asks for others now",
        hint: next.register,
      });
}
