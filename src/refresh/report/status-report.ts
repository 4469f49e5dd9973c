/** How a cluster's pull secrets fare, one line per secret, without changing anything. */
import { formatWorkload } from "../../config/secret-format.ts";
import { type ReadStamps, soonestExpiry } from "../../pull-secrets/stamps.ts";
import type { PlannedSweep } from "../refresh-cluster.ts";
import { describeReason } from "../rules/describe-reason.ts";
import { type Expiries, expiriesOf } from "../rules/expiries.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import { formatOwner } from "../rules/ownership.ts";
import { type PlanProblem, reportRefusals, reportUnknown } from "./plan-report.ts";

export interface StatusReport extends Expiries {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** Failed if something isn't as the config asks and no sweep will mend it, or has expired. */
  readonly outcome: "ok" | "failed";
  /** RFC 3339 */
  readonly at: string;
  readonly namespaces: { readonly known: number; readonly selected: number };
  readonly secrets: readonly StatusLine[];
  /** Where nothing could be seen. */
  readonly problems: readonly PlanProblem[];
}

export interface StatusLine {
  readonly namespace: string;
  readonly pullSecret: string;
  readonly state: "current" | "due" | "missing" | "problem" | "notice";
  /** Of a problem or a notice: `conflict`, `orphaned`, … */
  readonly kind?: string | undefined;
  /** RFC 3339, or null: unknown, or it doesn't expire. */
  readonly expiresAt: string | null;
  readonly refreshedAt: string | null;
  readonly accounts: LinkedAccounts;
  readonly note: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Names of the service accounts that the config asks to link, and that exist. */
export interface LinkedAccounts {
  readonly linked: readonly string[];
  readonly missing: readonly string[];
}

export function reportStatus(planned: PlannedSweep): StatusReport {
  const { cluster, owner, desired, startedAt, plan } = planned;
  const at = startedAt.toISOString();
  const secrets = statusLines(plan);
  const problems = [...reportRefusals(plan), ...reportUnknown(planned)];
  const isBad = (line: StatusLine) => line.state === "problem" || hasExpired(line, at);
  return {
    cluster,
    owner: formatOwner(owner),
    outcome: problems.length > 0 || secrets.some(isBad) ? "failed" : "ok",
    at,
    namespaces: plan.namespaces,
    secrets,
    problems,
    ...expiriesOf(secrets, desired),
  };
}

/** Such a secret makes pulls fail. RFC 3339 in UTC compares as text. */
export function hasExpired({ expiresAt }: Pick<StatusLine, "expiresAt">, at: string): boolean {
  return expiresAt !== null && expiresAt <= at;
}

function statusLines(plan: PlannedSweep["plan"]): StatusLine[] {
  const accountsOf = accountsByPlace(plan);
  const line = (place: Place, rest: Standing): StatusLine => {
    const { stamps, ...standing } = rest;
    const { namespace, pullSecret } = place;
    const accounts = accountsOf(place);
    return { namespace, pullSecret, accounts, ...standing, ...timesOf(stamps) };
  };
  return [
    ...plan.current.map(({ stamps, ...place }) =>
      line(place, { state: "current", stamps, note: restartNote(plan, place) }),
    ),
    ...plan.writes.map(({ namespace, secret, existing, reason }) =>
      line(
        { namespace, pullSecret: secret.name },
        {
          state: existing ? "due" : "missing",
          stamps: existing?.stamps,
          note: describeReason(reason),
        },
      ),
    ),
    ...plan.findings.map(({ severity, kind, message, hint, ...place }) =>
      line(place, {
        state: severity === "failure" ? "problem" : "notice",
        kind,
        stamps: undefined,
        note: message,
        hint,
      }),
    ),
  ];
}

/** Its pods wait for the next sweep: the secret itself is as it should be. */
function restartNote({ restarts }: PlannedSweep["plan"], { namespace, pullSecret }: Place): string {
  const here = restarts.filter(
    ({ workload, causes }) =>
      workload.namespace === namespace && causes.some((each) => each.pullSecret === pullSecret),
  );
  const names = here.map(({ workload }) => formatWorkload(workload));
  return names.length === 0 ? "" : `to restart: ${names.join(", ")}`;
}

interface Place {
  readonly namespace: string;
  readonly pullSecret: string;
}

interface Standing extends Pick<StatusLine, "state" | "kind" | "note" | "hint"> {
  readonly stamps: ReadStamps | undefined;
}

function timesOf(stamps: ReadStamps | undefined): Pick<StatusLine, "expiresAt" | "refreshedAt"> {
  return {
    expiresAt: soonestExpiry(stamps?.registries.values() ?? [])?.toISOString() ?? null,
    refreshedAt: stamps?.refreshedAt?.toISOString() ?? null,
  };
}

function accountsByPlace({ linked, links }: PlannedSweep["plan"]) {
  const [there, missing] = [groupByPlace(linked), groupByPlace(links)];
  return (place: Place): LinkedAccounts => ({
    linked: there.get(keyOf(place)) ?? [],
    missing: missing.get(keyOf(place)) ?? [],
  });
}

function groupByPlace(links: readonly AccountLink[]): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(links, ({ account: { namespace }, pullSecret }) =>
    keyOf({ namespace, pullSecret }),
  );
  return new Map(
    [...groups].map(([key, group]) => [key, group.map(({ account }) => account.name)]),
  );
}

/** Neither name can hold a slash. */
function keyOf({ namespace, pullSecret }: Place): string {
  return `${namespace}/${pullSecret}`;
}
