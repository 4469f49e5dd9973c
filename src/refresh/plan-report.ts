/** A plan as plain data: what the terminal shows, and what `--output json` prints. */
import type { PlannedSweep } from "./refresh-cluster.ts";
import { type Change, changeOf, describeReason } from "./rules/describe-reason.ts";
import type { Notice } from "./rules/findings.ts";
import { formatOwner } from "./rules/ownership.ts";

export interface PlanReport {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** RFC 3339: the verdicts hold for this moment. */
  readonly at: string;
  readonly namespaces: { readonly known: number; readonly selected: number };
  readonly changes: readonly PlannedChange[];
  /** Secrets that are as they should be. */
  readonly current: number;
  readonly problems: readonly PlanProblem[];
  readonly notices: readonly Notice[];
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

export function reportPlan({ cluster, owner, startedAt, plan }: PlannedSweep): PlanReport {
  const refused = plan.refusals.map(({ error, ...place }) => {
    return { ...place, kind: error.kind, message: error.message, hint: error.hint };
  });
  return {
    cluster,
    owner: formatOwner(owner),
    at: startedAt.toISOString(),
    namespaces: plan.namespaces,
    changes: changes(plan),
    current: plan.current.length,
    problems: [...refused, ...plan.findings.filter((finding) => finding.severity === "failure")],
    notices: plan.findings.filter((finding) => finding.severity === "notice"),
  };
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
