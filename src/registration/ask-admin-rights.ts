/** May whoever registers do what was planned? Asked before anything is written. */
import { listSome } from "../list-some.ts";
import type { AccessQuestion, RightsApi } from "../rights/access.ts";
import { formatRef, refOf } from "../rights/kubernetes-object.ts";
import type { RegistrationPlan } from "./plan-registration.ts";
import type { Problem } from "./problems.ts";
import { type AdminDemand, demandsOf } from "./rules/admin-demands.ts";
import type { ObjectStep } from "./rules/judge-object.ts";

/** @param user who is asking, as the API server calls them @throws ClusterError */
export async function askAdminRights(
  { objects, record, wish }: RegistrationPlan,
  api: RightsApi,
  user: string | undefined,
): Promise<readonly Problem[]> {
  const [writes, mayIssue] = await Promise.all([
    refusedOf(demandsOf(objects), api),
    record.action === "keep" || areAllYes(wish.access.demands, api),
  ]);
  const may = `${user ?? "you"} may not`;
  const hidden = objects.filter((step) => step.verb === "keep" && !step.seen);
  return [
    // Without a token, nothing would ever prove that they are right.
    ...(hidden.length > 0 && !mayIssue
      ? [{ message: `${may} read ${listed(hidden.map(nameOf))}`, hint: handOver }]
      : []),
    ...(writes.length > 0
      ? [
          {
            message: `${may} ${listed(writes.map(({ what }) => what))}`,
            hint: handOver + withoutPolicies(writes),
          },
        ]
      : []),
    ...(mayIssue
      ? []
      : [{ message: `${may} get ${wish.access.credential}`, hint: wish.access.demandsHint }]),
  ];
}

const maxNamed = 4;

function nameOf({ object }: ObjectStep): string {
  return formatRef(refOf(object));
}

function listed(all: readonly string[]): string {
  return listSome([...new Set(all)], maxNamed);
}

const handOver =
  "hand it over: this command with --print-manifests > rights.yaml, and whoever may: kubectl apply -f rights.yaml; then run this again";

function withoutPolicies(demands: readonly AdminDemand[]): string {
  const onlyPolicies = demands.every(({ kind }) => kind.startsWith("ValidatingAdmissionPolicy"));
  return onlyPolicies ? "; or go without the second layer: --without-policy" : "";
}

async function refusedOf(demands: readonly AdminDemand[], api: RightsApi): Promise<AdminDemand[]> {
  const met = await Promise.all(demands.map((demand) => isMet(demand, api)));
  return demands.filter((_, index) => !met[index]);
}

async function isMet({ ways }: AdminDemand, api: RightsApi): Promise<boolean> {
  for (const questions of ways) {
    if (await areAllYes(questions, api)) {
      return true;
    }
  }
  return false;
}

async function areAllYes(questions: readonly AccessQuestion[], api: RightsApi): Promise<boolean> {
  const answers = await Promise.all(questions.map((question) => api.canI(question)));
  return answers.every(Boolean);
}
