/** One pass over one cluster: observe → plan → apply → report. */
import { ClusterError } from "../errors.ts";
import { applyPlan } from "./apply.ts";
import type { DesiredPullSecret, Owner } from "./desired.ts";
import { Ledger } from "./ledger.ts";
import { observe } from "./observe.ts";
import { type Plan, planSweep } from "./plan.ts";
import type { ClusterApi, CredentialSource, SweepProgress } from "./ports.ts";
import { makeReport, type SweepReport } from "./report.ts";
import { formatOwner } from "./rules/ownership.ts";

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

/**
 * Brings a cluster's pull secrets up to date. A failure of the cluster or of a registry is in the
 * report, never thrown: the caller decides what a failed outcome means for it. Only bugs throw.
 */
export async function refreshCluster(sweep: Sweep, ports: SweepPorts): Promise<SweepReport> {
  const startedAt = ports.now();
  const ledger = new Ledger();
  const plan = await tryToPlan(sweep, ports, ledger);
  if (plan) {
    ledger.planned(plan);
    ports.progress.planned({ writes: plan.writes.length, links: plan.links.length });
    const judge = { cluster: sweep.cluster, owner: sweep.owner, now: startedAt };
    await applyPlan(plan, { ...ports, judge, ledger });
  }
  return makeReport({
    cluster: sweep.cluster,
    owner: formatOwner(sweep.owner),
    startedAt,
    finishedAt: ports.now(),
    namespaces: plan?.namespaces ?? { known: 0, selected: 0 },
    ledger,
  });
}

/** What the next sweep would do. @throws ClusterError if the cluster can't be read */
export async function planCluster(
  { cluster, owner, desired }: Sweep,
  { api, now, progress }: Pick<SweepPorts, "api" | "now" | "progress">,
): Promise<Plan> {
  const observed = await observe(api, desired);
  const secrets = [...observed.secrets.values()].reduce((sum, { items }) => sum + items.length, 0);
  progress.observed({ namespaces: observed.namespaces?.length ?? 0, secrets });
  return planSweep(desired, observed, { cluster, owner, now: now() });
}

async function tryToPlan(sweep: Sweep, ports: SweepPorts, ledger: Ledger) {
  try {
    return await planCluster(sweep, ports);
  } catch (error) {
    if (!(error instanceof ClusterError)) {
      throw error;
    }
    ledger.broke(error);
    return undefined;
  }
}
