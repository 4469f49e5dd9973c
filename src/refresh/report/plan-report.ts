/** A plan as plain data: what the terminal shows, and what `--output json` prints. */
import { unknownVersions } from "../plan/unknown-versions.ts";
import type { PlannedSweep } from "../refresh-cluster.ts";
import { type Change, changeOf, describeReason } from "../rules/describe-reason.ts";
import { restartLine } from "../rules/describe-restart.ts";
import type { Notice } from "../rules/findings.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import { formatOwner } from "../rules/ownership.ts";
import { clusterCause, mintCause } from "./failure-log.ts";

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
  readonly change: Change | "link" | "unlink" | "delete" | "restart";
  readonly namespace: string;
  /** Of a restart, the first that asks for it. */
  readonly pullSecret: string;
  /** Only for links. */
  readonly serviceAccount?: string;
  /** Only for restarts: `deployment/docker-registry`. */
  readonly workload?: string;
  readonly reason: string;
}

export interface PlanProblem {
  readonly kind: string;
  readonly pullSecret: string;
  /** The key of the one that refuses. */
  readonly registry?: string | undefined;
  readonly namespace?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function reportPlan(planned: PlannedSweep): PlanReport {
  const { cluster, owner, startedAt, plan, unverified } = planned;
  const problems = [
    ...reportRefusals(plan),
    ...reportUnknown(planned),
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

/** Kept logins that may have changed, and nobody can tell. */
export function reportUnknown({ desired, plan }: PlannedSweep): readonly PlanProblem[] {
  return unknownVersions(desired, plan).map(({ pullSecret, registry, error }) => {
    const { kind, message, hint } = mintCause(error);
    return { pullSecret, registry, kind, message, hint };
  });
}

function changes(plan: PlannedSweep["plan"]): PlannedChange[] {
  return [
    ...plan.writes.map((write) => ({
      change: changeOf(write),
      namespace: write.namespace,
      pullSecret: write.secret.name,
      reason: describeReason(write.reason),
    })),
    ...plan.links.map((link) => linkChange("link", link, "not among its imagePullSecrets")),
    ...plan.unlinks.map((link) => linkChange("unlink", link, "the config no longer links it")),
    ...plan.restarts.map((restart) => {
      const { namespace, workload, pullSecrets, reason } = restartLine(restart);
      const [pullSecret = ""] = pullSecrets;
      return { change: "restart" as const, namespace, pullSecret, workload, reason };
    }),
    ...plan.deletions.map(({ namespace, pullSecret }) => ({
      change: "delete" as const,
      namespace,
      pullSecret,
      reason: "the config no longer selects the namespace",
    })),
  ];
}

function linkChange(
  change: "link" | "unlink",
  { account, pullSecret }: AccountLink,
  reason: string,
): PlannedChange {
  const { namespace, name: serviceAccount } = account;
  return { change, namespace, pullSecret, serviceAccount, reason };
}
