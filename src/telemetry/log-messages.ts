/**
 * The log lines that saved queries, alarms' runbooks and tests may rely on: their messages, and
 * fields that each of them holds, as Logs Insights writes a path. Lines hold more than that, which
 * is for people. Each line also has `level`, `service`, `stage`, `requestId` and `timestamp`.
 */

const sweepFields = [
  "cluster",
  "owner",
  "outcome",
  /** RFC 3339 */
  "startedAt",
  "durationMs",
  /** Secrets that were written. */
  "written",
  /** Secrets that weren't as the config asks. */
  "due",
  "failureCount",
  "namespaces.known",
  "namespaces.selected",
  "counts.current",
  "counts.created",
  "counts.renewed",
  "counts.linked",
  "counts.unlinked",
  "counts.deleted",
  "counts.restarted",
  "counts.failed",
  "counts.minted",
  /** Towards the cluster's API server. */
  "cost.requests",
  "cost.retries",
  "cost.connections",
  /** GetAuthorizationToken calls. */
  "cost.ecrCalls",
] as const;

const failureFields = [
  /** What failed, by kind, in one text: `mint,unreachable`. */
  "failureKinds",
  "failures.0.kind",
  "failures.0.message",
] as const;

/** `soonestExpiry` (RFC 3339) of a sweep or the fleet is there only where something expires. */
export const logLines = {
  sweepDone: { message: "sweep done", fields: sweepFields },
  sweepFailed: { message: "sweep failed", fields: [...sweepFields, ...failureFields] },
  sweepSuperseded: { message: "sweep superseded", fields: ["cluster"] },
  sweepUnregistered: { message: "sweep unregistered", fields: ["cluster"] },
  sweepLeft: { message: "sweep left to its runner", fields: ["cluster"] },
  credentialRotated: { message: "credential rotated", fields: ["cluster"] },
  credentialRotationFailed: {
    message: "credential rotation failed",
    fields: ["cluster", "reason"],
  },
  credentialNearItsEnd: { message: "credential near its end", fields: ["cluster", "reason"] },
  /** Once per tick, right after the list; what is said is of all clusters. */
  fleetSeen: { message: "fleet seen", fields: ["clusters", "failing", "failingLong", "untold"] },
  /**
   * `by` is "schedule" or "call"; `clusters` is how many sweeps were asked for, `local` how many
   * clusters were left to their runners.
   */
  dispatched: { message: "dispatched", fields: ["clusters", "local", "by", "tick"] },
  /** `change` is "failing" or "recovered". */
  topicTold: { message: "topic told", fields: ["cluster", "change"] },
  topicNotTold: {
    message: "the topic couldn't be told",
    fields: ["cluster", "change", "reason"],
  },
} as const satisfies Record<string, LogLine>;

interface LogLine {
  readonly message: string;
  readonly fields: readonly string[];
}
