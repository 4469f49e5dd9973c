/** How the last sweep went, and what the next one will find. */
import type { ClusterState } from "../../clusters/record-state.ts";
import { formatDuration } from "../../durations.ts";
import type { PlanProblem, PlanReport } from "../../refresh/report/plan-report.ts";
import type { Asked } from "../asked.ts";
import { catalogue, failed, passed, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";

type Noted = Pick<ClusterState, "expiresAt" | "failingSince">;

/** ECR's tokens live 12 h, and sweeps renew them with 6 left: with 4, none has come for long. */
const overdueMs = 4 * 3_600_000;

/** @param state by the record's tags: nothing was asked of the cluster for it */
export function judgeLastSweep(
  { expiresAt, failingSince }: Noted,
  now: Date,
  next: NextSteps,
): CheckResult {
  const check = catalogue.lastSweep;
  const leftMs = expiresAt && expiresAt.getTime() - now.getTime();
  const expiry = leftMs === undefined ? "" : describeExpiry(leftMs);
  const hint = `sweep now, and see why: ${next.refresh}`;
  if (failingSince) {
    const sinceMs = Math.max(0, now.getTime() - failingSince.getTime());
    const message = `every sweep has failed for ${formatDuration(sinceMs)}`;
    return failed(check, { message: expiry === "" ? message : `${message}; ${expiry}`, hint });
  }
  if (leftMs === undefined) {
    const message = "no sweep has written a pull secret there yet";
    return warned(check, { message, hint: `${next.sweeper} does it, or: ${next.refresh}` });
  }
  if (leftMs > overdueMs) {
    return passed(check, expiry);
  }
  const remark = { message: `no sweep has renewed it: ${expiry}`, hint };
  return leftMs > 0 ? warned(check, remark) : failed(check, remark);
}

function describeExpiry(leftMs: number): string {
  return leftMs > 0
    ? `first expiry in ${formatDuration(leftMs)}`
    : `its first pull secret expired ${formatDuration(-leftMs)} ago`;
}

export function judgeSecrets(plan: Asked<PlanReport>, next: NextSteps): CheckResult {
  const check = catalogue.secrets;
  if (plan.error) {
    const { kind, message, hint } = plan.error;
    return failed(check, { message, hint: kind === "forbidden" ? next.register : hint });
  }
  const { changes, current, problems, namespaces } = plan.answer;
  const [first] = problems;
  if (first) {
    return failed(check, describeProblems(first, problems, next));
  }
  const found = `${current} up to date, ${namespaces.selected} of ${namespaces.known} namespaces selected`;
  const count = changes.length === 1 ? "1 change due" : `${changes.length} changes due`;
  return passed(check, changes.length === 0 ? found : `${found}, ${count} with the next sweep`);
}

function describeProblems(
  first: PlanProblem,
  all: readonly PlanProblem[],
  next: NextSteps,
): { readonly message: string; readonly hint: string | undefined } {
  const place = first.namespace === undefined ? "" : ` in ${first.namespace}`;
  const registry = first.registry === undefined ? "" : `${first.registry}: `;
  const message = `${registry}${first.message}${place}`;
  return all.length === 1
    ? { message, hint: first.hint }
    : { message: `${all.length} problems, of which the first: ${message}`, hint: next.plan };
}
