/** What a sweep did, for a terminal: a row per secret, then what failed and why, then the sum. */
import { formatDuration } from "../../durations.ts";
import type { SecretLine, SweepReport } from "../../refresh/report/report.ts";
import { noCredential } from "../../refresh/rules/describe-reason.ts";
import { renderChanges } from "./changes.ts";
import { formatExpiry } from "./durations.ts";
import { renderExpiries } from "./expiries.ts";
import type { Look } from "./look.ts";
import { formatTable, moreRows, withCluster } from "./table.ts";
import {
  renderFailures,
  renderNotices,
  renderRemark,
  type ShownNotice,
  type Trouble,
} from "./trouble.ts";
import { count, joinBlocks, wrap } from "./wording.ts";

/** A sweep's report, also one that a deployed function made: what fails there may be new here. */
export interface ShownReport extends Omit<SweepReport, "failures" | "notices"> {
  readonly failures: readonly Trouble[];
  readonly notices: readonly ShownNotice[];
  /** Of a registered cluster: how the credential in its record fares. */
  readonly credential?: ShownCredential | undefined;
}

export interface ShownCredential {
  readonly expiresAt: string | null;
  readonly rotation?: string | undefined;
  readonly trouble?: { readonly message: string; readonly hint?: string | undefined } | undefined;
}

export function renderReport(report: ShownReport, look: Look): string {
  return joinBlocks([
    renderRows(report.secrets, look),
    [
      ...renderChanges(report, look),
      ...renderFailures(report.failures, look),
      ...renderUntold(report, look),
      ...renderNotices(report.notices, look),
      ...renderCredential(report, look),
    ].join("\n"),
    renderSum(report, look),
  ]);
}

/** One of several: what is as it was is only counted. */
export function renderBriefly(report: ShownReport, look: Look): string {
  const secrets = report.secrets.filter(({ result }) => result !== "current");
  return renderReport({ ...report, secrets }, look);
}

/** Nearly every sweep has nothing to tell of it; what is urgent is among the failures already. */
function renderCredential({ credential, failures }: ShownReport, look: Look): string[] {
  const { rotation, trouble, expiresAt = null } = credential ?? {};
  if (rotation === "done") {
    const mark = look.paint.green("✔");
    const expiry = formatExpiry(expiresAt, look.now);
    return [`${mark} the credential in the record was renewed, and expires ${expiry}`];
  }
  const isTold = failures.some(({ message }) => message === trouble?.message);
  return trouble && !isTold ? [renderRemark({ kind: "credential", ...trouble }, look)] : [];
}

/** Of secrets that failed, what no failure tells: an entry that was taken out, one left to others. */
function renderUntold({ secrets, failures, notices }: ShownReport, look: Look): string[] {
  const told = new Set([noCredential, ...[...failures, ...notices].map(({ message }) => message)]);
  const untold = secrets.filter(({ result, reason }) => result === "failed" && !told.has(reason));
  const remarks = untold.map(({ namespace, pullSecret, reason }) => {
    return { kind: pullSecret, namespace, pullSecret, message: reason };
  });
  return renderNotices(remarks, look);
}

/** What changed or failed comes first; of the rest, as much as fits. */
function renderRows(secrets: readonly SecretLine[], look: Look): string {
  if (secrets.length === 0) {
    return "";
  }
  const quiet = (line: SecretLine) => (line.result === "current" ? 1 : 0);
  const shown = secrets.toSorted((one, other) => quiet(one) - quiet(other)).slice(0, look.maxRows);
  const rows = shown.map((line) => [
    line.namespace,
    line.pullSecret,
    mark(line, look),
    formatExpiry(line.expiresAt, look.now),
    line.result === "failed" ? "see below" : line.reason,
  ]);
  const header = ["NAMESPACE", "SECRET", "RESULT", "EXPIRES", "WHY"].map(look.paint.bold);
  const more = moreRows(secrets.length - shown.length, look);
  return formatTable(withCluster([header, ...rows], look), look) + more;
}

function mark({ result, without }: SecretLine, { paint }: Look): string {
  if (without) {
    return paint.yellow(`! ${result}`);
  }
  switch (result) {
    case "failed":
      return paint.red(`✖ ${result}`);
    case "current":
      return paint.dim(`= ${result}`);
    default:
      return paint.green(`✔ ${result}`);
  }
}

function renderSum(report: ShownReport, { paint, now, columns }: Look): string {
  const { counts } = report;
  const parts = [
    ...(["created", "renewed", "restored", "adopted"] as const)
      .filter((result) => counts[result] > 0)
      .map((result) => `${counts[result]} ${result}`),
    `${counts.current} up to date`,
    ...(counts.linked > 0 ? [`${count(counts.linked, "service account")} linked`] : []),
    ...(counts.unlinked > 0 ? [`${count(counts.unlinked, "service account")} unlinked`] : []),
    ...(counts.restarted > 0 ? [`${count(counts.restarted, "workload")} restarted`] : []),
    ...(counts.deleted > 0 ? [`${counts.deleted} deleted`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
  ];
  const expiry = renderExpiries(report, now);
  const sum = `${parts.join(", ")}${expiry} · ${formatDuration(report.durationMs)}`;
  const verdict = report.outcome === "ok" ? "" : " failed";
  const text = wrap(`${report.cluster}${verdict}: ${sum}`, columns - 2, "  ").trimStart();
  return `${report.outcome === "ok" ? paint.green("✔") : paint.red("✖")} ${text}`;
}
