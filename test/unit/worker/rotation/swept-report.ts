/** A sweep that is over: nothing was due, or the cluster couldn't be read. */
import type { FailureKind } from "../../../../src/refresh/report/report.ts";
import type { CostedReport } from "../../../../src/worker/sweep-registered.ts";

export interface SweepFailure {
  readonly kind: FailureKind;
  /** Whether anything was seen of the cluster. */
  readonly isSeen: boolean;
}

export function sweptReport(at: Date, failed: SweepFailure | undefined): CostedReport {
  const isSeen = failed?.isSeen ?? true;
  const failure = { message: "no", hint: undefined, pullSecret: undefined, registry: undefined };
  return {
    cluster: "eu",
    owner: "123456789012/us-east-1/dev",
    outcome: failed ? "failed" : "ok",
    startedAt: at.toISOString(),
    durationMs: 100,
    namespaces: isSeen ? { known: 4, selected: 2 } : { known: 0, selected: 0 },
    counts,
    soonestExpiry: null,
    secrets: [],
    links: [],
    unlinks: [],
    deletions: [],
    restarts: [],
    failures: failed ? [{ kind: failed.kind, ...failure, namespaces: [] }] : [],
    notices: [],
    cost: { requests: 2, retries: 0, connections: 0, ecrCalls: 0 },
  };
}

const counts: CostedReport["counts"] = {
  current: 0,
  created: 0,
  renewed: 0,
  adopted: 0,
  restored: 0,
  linked: 0,
  unlinked: 0,
  deleted: 0,
  restarted: 0,
  failed: 0,
  minted: 0,
};
