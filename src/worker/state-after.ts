/** What the tags of a cluster's record should say after a sweep. Pure. */
import type { ClusterState } from "../clusters/record-state.ts";
import type { CostedReport } from "./sweep-registered.ts";

/** What the topic was told is another matter: it is as it was. */
export function stateAfter(report: CostedReport, before: ClusterState): ClusterState {
  const failed = report.outcome === "failed";
  // What couldn't be observed is as it was: a cluster out of reach keeps its last known expiry.
  const lastKnown = failed ? before.expiresAt : undefined;
  return {
    expiresAt: report.soonestExpiry ? new Date(report.soonestExpiry) : lastKnown,
    sessionsExpireAt: sessionsExpireAfter(report, before),
    failingSince: failed ? sinceWhen(before.failingSince, report) : undefined,
    rbac: before.rbac,
    credential: credentialAfter(report, before),
    rotationFailingSince: rotationFailingSince(report, before),
    failureToldAt: before.failureToldAt,
  };
}

/** The config may want none any more, and then none is missed. */
function sessionsExpireAfter({ outcome, sessionsExpireAt }: CostedReport, before: ClusterState) {
  if (sessionsExpireAt === undefined) return undefined;
  if (sessionsExpireAt !== null) return new Date(sessionsExpireAt);
  return outcome === "failed" ? before.sessionsExpireAt : undefined;
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

function rotationFailingSince(report: CostedReport, before: ClusterState) {
  const { rotation } = report.credential ?? { rotation: "postponed" };
  if (rotation === "postponed") {
    return before.rotationFailingSince;
  }
  return rotation === "failed" ? sinceWhen(before.rotationFailingSince, report) : undefined;
}

/** A time to come, of a clock that is ahead, would keep it from ever counting as long. */
function sinceWhen(before: Date | undefined, { startedAt }: CostedReport): Date {
  const started = new Date(startedAt);
  return before && before < started ? before : started;
}
