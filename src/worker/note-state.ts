/** What a sweep found, noted in the tags of the cluster's record; an idle sweep writes nothing. */
import { type ClusterState, changedTags } from "../clusters/record.ts";
import type { ClusterStore } from "../clusters/store.ts";
import { StoreError } from "../errors.ts";
import { withFailure } from "../refresh/make-report.ts";
import { type CostedReport, recordCause } from "./sweep-registered.ts";

/**
 * @param known the tags as dispatch saw them, minutes ago perhaps: enough to see that nothing
 * changed, but what is written goes by the tags of now; undefined: they have to be asked for
 * @returns the report; tags that can't be written are a failure in it: alarms are made of them
 */
export async function noteState(
  report: CostedReport,
  known: ClusterState | undefined,
  clusters: ClusterStore,
): Promise<CostedReport> {
  try {
    if (known && isNoted(report, known)) {
      return report;
    }
    const before = (await clusters.describe(report.cluster))?.state;
    if (before) {
      await clusters.saveState(report.cluster, before, stateAfter(report, before));
    }
    return report;
  } catch (error) {
    if (error instanceof StoreError) {
      return withFailure(report, recordCause(error));
    }
    throw error;
  }
}

function isNoted(report: CostedReport, known: ClusterState): boolean {
  const { set, remove } = changedTags(known, stateAfter(report, known));
  return set.length === 0 && remove.length === 0;
}

/** What the cluster's tags should say after a sweep. */
function stateAfter(report: CostedReport, before: ClusterState): ClusterState {
  const failed = report.outcome === "failed";
  // What couldn't be observed is as it was: a cluster out of reach keeps its last known expiry.
  const lastKnown = failed ? before.expiresAt : undefined;
  return {
    expiresAt: report.soonestExpiry ? new Date(report.soonestExpiry) : lastKnown,
    failingSince: failed ? (before.failingSince ?? new Date(report.startedAt)) : undefined,
    rbac: before.rbac,
    credential: credentialAfter(report, before),
    rotationFailingSince: rotationFailingSince(report, before),
    failureToldAt: before.failureToldAt,
  };
}

function credentialAfter({ credential }: CostedReport, before: ClusterState) {
  if (!credential) {
    return before.credential;
  }
  const { issuedAt, expiresAt } = credential;
  // Whoever wrote the record says these; what is no interval can't be read back.
  return issuedAt !== null && expiresAt !== null && issuedAt < expiresAt
    ? { issuedAt: new Date(issuedAt), expiresAt: new Date(expiresAt) }
    : undefined;
}

function rotationFailingSince({ credential, startedAt }: CostedReport, before: ClusterState) {
  if (!credential || credential.rotation === "postponed") {
    return before.rotationFailingSince;
  }
  const failed = credential.rotation === "failed";
  return failed ? (before.rotationFailingSince ?? new Date(startedAt)) : undefined;
}
