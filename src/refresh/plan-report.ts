/** A plan as plain data: what the terminal shows, and what `--output json` prints. */
import { clusterCause } from "./failure-log.ts";
import type { PlannedSweep } from "./refresh-cluster.ts";
import { type Change, changeOf, describeReason } from "./rules/describe-reason.ts";
import type { Notice } from "./rules/findings.ts";
import { formatOwner } from "./rules/ownership.ts";

export interface PlanReport {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** Failed if something isn't as the config asks, and no sweep will mend it. */
  readonly outcome: "ok" | "failed";
  /** RFC 3339: the verdicts hold for this moment. */
  readonly at: string;
  readonly namespaces: { readonly known: number; readonly selected: number };
  readonly changes: readonly PlannedChange[];
  /** Secrets that are as they should be. */
  readonly current: number;
  readonly problems: readonly PlanProblem[];
  readonly notices: readonly Notice[];
  /** Nobody verifies the API server's certificate; absent: somebody does. */
  readonly unverified?: true;
}

export interface PlannedChange {
  readonly change: Change | "link" | "delete";
  readonly namespace: string;
  readonly pullSecret: string;
  /** Only for links. */
  readonly serviceAccount?: string;
  readonly reason: string;
}

export interface PlanProblem {
  readonly kind: string;
  readonly pullSecret: string;
  readonly namespace?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function reportPlan(planned: PlannedSweep): PlanReport {
  const { cluster, owner, startedAt, plan, unverified } = planned;
  const problems = [
    ...reportRefusals(plan),
    ...plan.findings.filter((finding) => finding.severity === "failure"),
  ];
  return {
    cluster,
    owner: formatOwner(owner),
    outcome: problems.length > 0 ? "failed" : "ok",
    at: startedAt.toISOString(),
    namespaces: plan.namespaces,
    changes: changes(plan),
    current: plan.current.length,
    problems,
    notices: plan.findings.filter((finding) => finding.severity === "notice"),
    ...(unverified && { unverified }),
  };
}

/** Lists that were refused: of what they would have shown, nothing is known. */
export function reportRefusals({ refusals }: PlannedSweep["plan"]): readonly PlanProblem[] {
  return refusals.map(({ error, ...place }) => {
    const { kind, message, hint } = clusterCause(error);
    return { ...place, kind, message, hint };
  });
}

function changes({ writes, links, deletions }: PlannedSweep["plan"]): PlannedChange[] {
  return [
    ...writes.map((write) => ({
      change: changeOf(write),
      namespace: write.namespace,
      pullSecret: write.secret.name,
      reason: describeReason(write.reason),
    })),
    ...links.map(({ account, pullSecret }) => ({
      change: "link" as const,
      namespace: account.namespace,
      pullSecret,
      serviceAccount: account.name,
      reason: "not among its imagePullSecrets",
    })),
    ...deletions.map(({ namespace, pullSecret }) => ({
      change: "delete" as const,
      namespace,
      pullSecret,
      reason: "the config no longer selects the namespace",
    })),
  ];
}
