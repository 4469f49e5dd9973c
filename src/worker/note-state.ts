/** What a sweep found, noted in the tags of the cluster's record; an idle sweep writes nothing. */
import { type ClusterState, changedTags } from "../clusters/record-state.ts";
import { StoreError } from "../errors.ts";
import { dueChange, type FleetAtTick } from "../notifications/due-change.ts";
import { withFailure } from "../refresh/report/make-report.ts";
import type { RefreshPorts } from "./ports.ts";
import { stateAfter } from "./state-after.ts";
import { type CostedReport, recordCause } from "./sweep-registered.ts";
import { type DueChange, tellChange } from "./tell-change.ts";

/** What a queued message says; nothing, if somebody asked for the sweep. */
export interface FromDispatch {
  /**
   * The tags as dispatch saw them, minutes ago perhaps: enough to see that nothing changed, but what
   * is written goes by the tags of now. Undefined: they have to be asked for.
   */
  readonly state?: ClusterState | undefined;
  readonly fleet?: FleetAtTick | undefined;
}

export interface Noted {
  /** Tags that can't be written are a failure in it: alarms are made of them. */
  readonly report: CostedReport;
  /** Of the cluster's first pull secret, also where it wasn't reached. */
  readonly expiresAt: Date | undefined;
}

type NotingPorts = Pick<RefreshPorts, "clusters" | "topic" | "isLocal" | "now" | "rules">;

export async function noteState(
  report: CostedReport,
  { state: known, fleet }: FromDispatch,
  ports: NotingPorts,
): Promise<Noted> {
  const { clusters } = ports;
  try {
    const seen = known && stepFrom(known, report, { fleet, ports });
    if (seen && isNoted(seen)) {
      return { report, expiresAt: seen.after.expiresAt };
    }
    const before = (await clusters.describe(report.cluster))?.state;
    if (!before) {
      return { report, expiresAt: expiryIn(report) };
    }
    const step = stepFrom(before, report, { fleet, ports });
    await write(step, report, ports);
    return { report, expiresAt: step.after.expiresAt };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const expiresAt = expiryIn(report) ?? known?.expiresAt;
    return { report: withFailure(report, recordCause(error)), expiresAt };
  }
}

type Step = Omit<DueChange, "change"> & { readonly change: DueChange["change"] | undefined };

/** Whoever has no topic leaves the telling to the next one who has. */
function stepFrom(
  before: ClusterState,
  report: CostedReport,
  at: { readonly fleet: FleetAtTick | undefined; readonly ports: NotingPorts },
): Step {
  const { topic, rules, isLocal } = at.ports;
  const found = stateAfter(report, before);
  const change = topic && dueChange(found, at.fleet, rules.schedulePeriodMs);
  const after = !topic && isLocal(report.cluster) ? withoutNotice(found) : found;
  return { before, after, change };
}

/**
 * Nobody with a topic comes to a local cluster: what was told before it became one ends here without
 * a word, or it would keep whoever sweeps it later from telling of another failure.
 */
function withoutNotice(state: ClusterState): ClusterState {
  return state.failingSince ? state : { ...state, failureToldAt: undefined };
}

function isNoted({ before, after, change }: Step): boolean {
  const { set, remove } = changedTags(before, after);
  return set.length === 0 && remove.length === 0 && change === undefined;
}

async function write(
  { before, after, change }: Step,
  report: CostedReport,
  { clusters, topic, now }: NotingPorts,
): Promise<void> {
  if (topic && change) {
    await tellChange(report, { before, after, change }, { clusters, topic, now });
  } else {
    await clusters.saveState(report.cluster, before, after);
  }
}

function expiryIn({ soonestExpiry }: CostedReport): Date | undefined {
  return soonestExpiry === null ? undefined : new Date(soonestExpiry);
}
