/** How a cluster's pull secrets fare, one line per secret, without changing anything. */
import { type ReadStamps, soonestExpiry } from "../pull-secrets/stamps.ts";
import type { PlannedSweep } from "./refresh-cluster.ts";
import { describeReason } from "./rules/describe-reason.ts";
import { formatOwner } from "./rules/ownership.ts";

export interface StatusReport {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** RFC 3339 */
  readonly at: string;
  readonly secrets: readonly StatusLine[];
  /** RFC 3339, or null. */
  readonly soonestExpiry: string | null;
}

export interface StatusLine {
  readonly namespace: string;
  readonly pullSecret: string;
  readonly state: "current" | "due" | "missing" | "problem" | "notice";
  /** RFC 3339, or null: unknown, or it doesn't expire. */
  readonly expiresAt: string | null;
  readonly refreshedAt: string | null;
  readonly note: string;
}

export function reportStatus({ cluster, owner, startedAt, plan }: PlannedSweep): StatusReport {
  const secrets = [
    ...plan.current.map(({ stamps, ...place }) => line(place, "current", { stamps, note: "" })),
    ...plan.writes.map(({ namespace, secret, existing, reason }) =>
      line({ namespace, pullSecret: secret.name }, existing ? "due" : "missing", {
        stamps: existing?.stamps,
        note: describeReason(reason),
      }),
    ),
    ...plan.findings.map(({ severity, message, ...place }) =>
      line(place, severity === "failure" ? "problem" : "notice", {
        stamps: undefined,
        note: message,
      }),
    ),
  ];
  const expiries = secrets.flatMap(({ expiresAt }) => expiresAt ?? []).toSorted();
  return {
    cluster,
    owner: formatOwner(owner),
    at: startedAt.toISOString(),
    secrets,
    soonestExpiry: expiries[0] ?? null,
  };
}

function line(
  { namespace, pullSecret }: { readonly namespace: string; readonly pullSecret: string },
  state: StatusLine["state"],
  { stamps, note }: { readonly stamps: ReadStamps | undefined; readonly note: string },
): StatusLine {
  const expiresAt = soonestExpiry(stamps?.registries.values() ?? [])?.toISOString() ?? null;
  const refreshedAt = stamps?.refreshedAt?.toISOString() ?? null;
  return { namespace, pullSecret, state, expiresAt, refreshedAt, note };
}
