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
  const writes = await refusedOf(demandsOf(objects), api);
  const credential = { what: `get ${wish.access.credential}`, ways: [wish.access.demands] };
  const issues = record.action === "keep" ? [] : await refusedOf([credential], api);
  const who = user ?? "you";
  const may = `${who} may not`;
  return [
    ...(writes.length > 0
      ? [{ message: `${may} ${writes.join(", ")}`, hint: handOver(wish) }]
      : []),
    ...issues.map((what) => ({
      message: `${may} ${what}`,
      hint: "ask for `create` on serviceaccounts/token in that namespace, or let an administrator of the cluster run this",
    })),
  ];
}

function handOver({ cluster }: { readonly cluster: string }): string {
  return `ecr-pull-secrets register ${cluster} --print-manifests > rights.yaml; somebody who may: kubectl apply -f rights.yaml; then this again`;
}

/** What isn't met, each once. */
async function refusedOf(demands: readonly AdminDemand[], api: RightsApi): Promise<string[]> {
  const met = await Promise.all(demands.map((demand) => isMet(demand, api)));
  return [...new Set(demands.filter((_, index) => !met[index]).map(({ what }) => what))];
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
