/** Report: a sweep's ledger, added up. */
import type { DesiredPullSecret, Owner } from "../desired.ts";
import { expiriesOf } from "../rules/expiries.ts";
import { formatOwner } from "../rules/ownership.ts";
import type { Cause } from "./failure-log.ts";
import type { Ledger } from "./ledger.ts";
import type { SecretLine, SecretResult, SweepReport } from "./report.ts";

export function makeReport(sweep: {
  readonly cluster: string;
  readonly owner: Owner;
  readonly desired: readonly DesiredPullSecret[];
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly namespaces: SweepReport["namespaces"];
  readonly ledger: Ledger;
}): SweepReport {
  const { secrets, notices, failures, mintedCount, changes } = sweep.ledger;
  const { links, unlinks, deletions, restarts } = changes;
  const count = (result: SecretResult) => secrets.filter((line) => line.result === result).length;
  return {
    cluster: sweep.cluster,
    owner: formatOwner(sweep.owner),
    outcome: failures.length > 0 ? "failed" : "ok",
    startedAt: sweep.startedAt.toISOString(),
    durationMs: sweep.durationMs,
    namespaces: sweep.namespaces,
    counts: {
      current: count("current"),
      created: count("created"),
      renewed: count("renewed"),
      adopted: count("adopted"),
      restored: count("restored"),
      linked: links.length,
      unlinked: unlinks.length,
      deleted: deletions.length,
      restarted: restarts.length,
      failed: count("failed"),
      minted: mintedCount,
    },
    ...expiriesOf(secrets, sweep.desired),
    secrets: secrets.toSorted(byPlace),
    links,
    unlinks,
    deletions: deletions.map(({ namespace, pullSecret }) => ({ namespace, pullSecret })),
    restarts,
    failures,
    notices,
  };
}

/** The same report with one more failure: of something that was done after the sweep. */
export function withFailure<T extends SweepReport>(report: T, cause: Cause): T {
  const { kind, message, hint } = cause;
  const failure = { kind, message, hint, pullSecret: undefined, registry: undefined };
  const failures = [...report.failures, { ...failure, namespaces: [] }];
  return { ...report, outcome: "failed", failures };
}

function byPlace(one: SecretLine, other: SecretLine): number {
  return (
    one.namespace.localeCompare(other.namespace) || one.pullSecret.localeCompare(other.pullSecret)
  );
}
