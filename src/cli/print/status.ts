/** How a cluster's pull secrets fare: a row per secret, what is wrong, and the sum. */
import { listSome } from "../../list-some.ts";
import {
  hasExpired,
  type StatusLine,
  type StatusReport,
} from "../../refresh/report/status-report.ts";
import { formatRoughTime } from "./durations.ts";
import { renderExpiries } from "./expiries.ts";
import type { Look } from "./look.ts";
import { formatTable, moreRows, withCluster } from "./table.ts";
import { renderFailures, renderNotices, type Trouble } from "./trouble.ts";
import { count, joinBlocks, wrap } from "./wording.ts";

export function renderStatus(status: StatusReport, look: Look): string {
  const trouble = [
    ...renderFailures(problemsOf(status), look),
    ...renderNotices(status.secrets.filter(isNotice).map(asNotice), look),
  ];
  return joinBlocks([renderRows(status, look), trouble.join("\n"), renderSum(status, look)]);
}

/** What needs somebody comes first. */
const ranks = { problem: 0, missing: 2, due: 3, current: 4, notice: 5 } as const;

function rankOf(line: StatusLine, at: string): number {
  return hasExpired(line, at) ? 1 : ranks[line.state];
}

function renderRows({ secrets, at }: StatusReport, look: Look): string {
  const lines = secrets
    .filter((line) => !isNotice(line))
    .toSorted(
      (one, other) =>
        rankOf(one, at) - rankOf(other, at) || one.namespace.localeCompare(other.namespace),
    );
  if (lines.length === 0) {
    return "";
  }
  const header = ["NAMESPACE", "SECRET", "EXPIRES", "REFRESHED", "ACCOUNTS", "NOTES"];
  const rows = lines.slice(0, look.maxRows).map((line) => rowOf(line, at, look));
  const table = formatTable(withCluster([header.map(look.paint.bold), ...rows], look), look);
  return table + moreRows(lines.length - rows.length, look);
}

function rowOf(line: StatusLine, at: string, { paint, now }: Look): string[] {
  const expires = formatRoughTime(line.expiresAt, now);
  return [
    line.namespace,
    line.pullSecret,
    hasExpired(line, at) ? paint.red(`✖ ${expires}`) : expires,
    formatRoughTime(line.refreshedAt, now),
    firstOf(line.accounts.linked),
    noteOf(line),
  ];
}

/** `default`, `default +2` */
function firstOf([first, ...others]: readonly string[]): string {
  return [first ?? "-", ...(others.length > 0 ? [`+${others.length}`] : [])].join(" ");
}

function noteOf({ state, note, kind, accounts }: StatusLine): string {
  const unlinked = accounts.missing.length > 0 ? [`to link: ${listSome(accounts.missing, 2)}`] : [];
  switch (state) {
    case "problem":
      return `✖ ${kind ?? state}`;
    case "due":
      return [`due: ${note}`, ...unlinked].join("; ");
    case "missing":
      return [note, ...unlinked].join("; ");
    default:
      return [...(note === "" ? [] : [note]), ...unlinked].join("; ");
  }
}

function isNotice({ state }: StatusLine): boolean {
  return state === "notice";
}

function asNotice({ kind = "notice", note, ...line }: StatusLine) {
  return { ...line, kind, message: note };
}

/** One block per cause: five hundred namespaces with the same trouble are one. */
function problemsOf({ secrets, problems }: StatusReport): Trouble[] {
  const unseen = problems.map(({ namespace, ...problem }) => ({
    ...problem,
    namespaces: namespace === undefined ? [] : [namespace],
  }));
  const bad = secrets.filter(({ state }) => state === "problem");
  const groups = Map.groupBy(bad, ({ kind, pullSecret, note }) => `${kind} ${pullSecret} ${note}`);
  const found = [...groups.values()].flatMap((group) => {
    const [first] = group;
    const namespaces = group.map(({ namespace }) => namespace);
    return first ? [{ ...asNotice(first), namespaces }] : [];
  });
  return [...unseen, ...found];
}

function renderSum({ cluster, secrets, ...status }: StatusReport, look: Look): string {
  const { paint, columns, now } = look;
  const number = (state: StatusLine["state"]) =>
    secrets.filter((line) => line.state === state).length;
  const expired = secrets.filter((line) => hasExpired(line, status.at)).length;
  const logins = status.problems.filter(({ kind }) => kind === "mint").length;
  const lists = status.problems.length - logins;
  const parts = [
    `${count(number("current"), "secret")} up to date`,
    ...(["due", "missing"] as const)
      .filter((state) => number(state) > 0)
      .map((state) => `${number(state)} ${state}`),
    ...(expired > 0 ? [`${expired} expired`] : []),
    ...(number("problem") > 0 ? [`${count(number("problem"), "problem")}`] : []),
    ...(logins > 0 ? [`${count(logins, "login")} unknown`] : []),
    ...(lists > 0 ? [`${count(lists, "list")} refused`] : []),
  ];
  const { selected, known } = status.namespaces;
  const expiry = renderExpiries(status, now);
  const sum = `${parts.join(", ")} · ${selected} of ${count(known, "namespace")}${expiry}`;
  const mark = status.outcome === "ok" ? paint.green("✔") : paint.red("✖");
  return `${mark} ${wrap(`${cluster}: ${sum}`, columns - 2, "  ").trimStart()}`;
}
