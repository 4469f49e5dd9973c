/** The diagnosis of a whole stage: of what is deployed, and of every cluster that was looked at. */
import type { Owner } from "../refresh/desired.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import { type Check, failed, type Remark } from "./catalogue.ts";
import type { CheckReport, CheckResult } from "./check-report.ts";

export interface StageReport {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  /** Failed if any check failed, of the stack or of a cluster. */
  readonly outcome: "ok" | "failed";
  readonly stack: readonly CheckResult[];
  readonly clusters: readonly CheckReport[];
}

export function reportStage(
  { stage, region, account }: Owner,
  stack: readonly CheckResult[],
  clusters: readonly CheckReport[],
): StageReport {
  const hasFailed =
    stack.some(({ result }) => result === "failed") ||
    clusters.some(({ outcome }) => outcome === "failed");
  return { stage, region, account, outcome: hasFailed ? "failed" : "ok", stack, clusters };
}

/** A cluster of which there is no diagnosis, in the shape of one. */
export function withoutDiagnosis(
  { cluster, owner, at }: { readonly cluster: string; readonly owner: Owner; readonly at: Date },
  check: Check,
  remarks: readonly Remark[],
): CheckReport {
  return {
    cluster,
    owner: formatOwner(owner),
    at: at.toISOString(),
    outcome: "failed",
    checks: remarks.map((remark) => failed(check, remark)),
  };
}
