/** One pass over one cluster: observe → plan → apply → report. */
import { ClusterError } from "../errors.ts";
import { applyPlan } from "./apply/apply.ts";
import type { DesiredPullSecret, Owner } from "./desired.ts";
import { observe } from "./observe/observe.ts";
import { type Plan, planSweep } from "./plan/plan.ts";
import { unknownVersions } from "./plan/unknown-versions.ts";
import type { ClusterApi, CredentialSource, SweepProgress } from "./ports.ts";
import { type Cause, clusterCause } from "./report/failure-log.ts";
import { Ledger } from "./report/ledger.ts";
import { makeReport } from "./report/make-report.ts";
import type { SweepReport } from "./report/report.ts";
import { resolveVersions } from "./resolve-versions.ts";

export interface Sweep {
  readonly cluster: string;
  readonly owner: Owner;
  readonly desired: readonly DesiredPullSecret[];
}

export interface SweepPorts {
  readonly api: ClusterApi;
  readonly credentials: CredentialSource;
  readonly now: () => Date;
  /** Aborted, with a StopReason, when no new work may start: the deadline nears, or Ctrl-C. */
  readonly stop: AbortSignal;
  readonly progress: SweepProgress;
}

/** A plan, the time that its verdicts hold for, and how long it took to make. */
export interface PlannedSweep extends Sweep {
  readonly plan: Plan;
  readonly startedAt: Date;
  readonly planMs: number;
  /** True: whoever answered was believed. */
  readonly unverified?: boolean | undefined;
}

/**
 * Brings a cluster's pull secrets up to date. A failure of the cluster or of a registry is in the
 * report, never thrown: the caller decides what a failed outcome means for it. Only bugs throw.
 */
export async function refreshCluster(sweep: Sweep, ports: SweepPorts): Promise<SweepReport> {
  const startedAt = ports.now();
  try {
    return await carryOut(await planCluster(sweep, ports), ports);
  } catch (error) {
    if (error instanceof ClusterError) {
      return failedSweep(sweep, clusterCause(error), { now: ports.now, startedAt });
    }
    throw error;
  }
}

/** The report of a sweep that ended before anything was seen of the cluster. */
export function failedSweep(
  sweep: Sweep,
  cause: Cause,
  { now, startedAt = now() }: { readonly now: () => Date; readonly startedAt?: Date },
): SweepReport {
  const ledger = new Ledger();
  ledger.broke(cause);
  const durationMs = msSince(startedAt, now);
  return makeReport({ ...sweep, startedAt, durationMs, namespaces: unseen, ledger });
}

const unseen = { known: 0, selected: 0 };

/** What a sweep would change now. @throws ClusterError if the cluster can't be read */
export async function planCluster(
  sweep: Sweep,
  { api, credentials, now }: Pick<SweepPorts, "api" | "credentials" | "now">,
): Promise<PlannedSweep> {
  const startedAt = now();
  const { cluster, owner } = sweep;
  const [observed, desired] = await Promise.all([
    observe(api, sweep.desired, owner),
    resolveVersions(sweep.desired, credentials),
  ]);
  const plan = planSweep(desired, observed, { cluster, owner, now: startedAt });
  return { ...sweep, desired, plan, startedAt, planMs: msSince(startedAt, now) };
}

/** Does what was planned, and tells what came of it. */
export async function carryOut(planned: PlannedSweep, ports: SweepPorts): Promise<SweepReport> {
  const { cluster, owner, plan, startedAt } = planned;
  // Counted anew: between plan and deed, a person may have thought about it for minutes.
  const begunAt = ports.now();
  const ledger = new Ledger();
  ledger.planned(plan);
  ledger.unknown(unknownVersions(planned.desired, plan));
  await applyPlan(plan, { ...ports, judge: { cluster, owner, now: startedAt }, ledger });
  const durationMs = planned.planMs + msSince(begunAt, ports.now);
  return makeReport({ ...planned, durationMs, namespaces: plan.namespaces, ledger });
}

function msSince(time: Date, now: () => Date): number {
  return now().getTime() - time.getTime();
}
