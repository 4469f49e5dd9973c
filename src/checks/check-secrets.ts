/** Look what the next sweep would do. */
import type { Observed } from "../refresh/observe/observe.ts";
import { planSweep } from "../refresh/plan/plan.ts";
import { reportPlan } from "../refresh/report/plan-report.ts";
import type { Asked } from "./asked.ts";
import type { CheckResult } from "./check-report.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { judgeSecrets } from "./rules/judge-sweep.ts";

export function checkSecrets(observed: Asked<Observed>, diagnosis: Diagnosis): CheckResult {
  const { now, next, ...sweep } = diagnosis;
  if (observed.error) {
    return judgeSecrets(observed, next);
  }
  const { cluster, owner, desired } = sweep;
  const startedAt = now();
  const plan = planSweep(desired, observed.answer, { cluster, owner, now: startedAt });
  return judgeSecrets({ answer: reportPlan({ ...sweep, plan, startedAt, planMs: 0 }) }, next);
}
