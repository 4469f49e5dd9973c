/** May whoever registers do what was planned? Asked before anything is written. */
import type { AccessQuestion, RightsApi } from "../rights/access.ts";
import { type AdminDemand, demandsOf } from "./admin-demands.ts";
import type { RegistrationPlan } from "./plan-registration.ts";
import type { Problem } from "./problems.ts";

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
  return [
    ...(writes.length > 0
      ? [{ message: `${may} ${listed(writes)}`, hint: handOver(wish.cluster, writes) }]
      : []),
    ...(mayIssue
      ? []
      : [{ message: `${may} get ${wish.access.credential}`, hint: wish.access.demandsHint }]),
  ];
}

const maxNamed = 6;

function listed(demands: readonly AdminDemand[]): string {
  const names = [...new Set(demands.map(({ what }) => what))];
  const left = names.length - maxNamed;
  return left > 1 ? `${names.slice(0, maxNamed).join(", ")} and ${left} more` : names.join(", ");
}

function handOver(cluster: string, demands: readonly AdminDemand[]): string {
  const onlyPolicies = demands.every(({ kind }) => kind.startsWith("ValidatingAdmissionPolicy"));
  const without = onlyPolicies ? "; or go without the second layer: --without-policy" : "";
  return `hand it over: ecr-pull-secrets register ${cluster} --print-manifests > rights.yaml, and whoever may: kubectl apply -f rights.yaml; then run this again${without}`;
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
