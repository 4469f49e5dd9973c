/** A diagnosis, for a terminal: a line per check, and below it what was found and the next step. */
import { waitsFor } from "../../checks/catalogue.ts";
import type { CheckGroup, CheckReport, CheckResult } from "../../checks/check-report.ts";
import type { StageReport } from "../../checks/stage-report.ts";
import { listSome } from "../../list-some.ts";
import { renderHint } from "./hint.ts";
import type { Look } from "./look.ts";
import { renderPolicies } from "./policies.ts";
import { count, wrap } from "./wording.ts";

/** Of more clusters, only what isn't well is shown: `--output json` has it all. */
const maxWhole = 10;

const headings: Readonly<Record<CheckGroup, string>> = {
  record: "Record",
  network: "Network and API server",
  credential: "Credential",
  rights: "Rights",
  registries: "Registries",
  sweep: "Pull secrets",
  stack: "Stack",
};

export function renderStageReport(report: StageReport, look: Look): string {
  const { stage, region, account, stack, clusters } = report;
  const title = look.paint.bold(`Stage ${stage} in ${region}, account ${account}`);
  const whole = clusters.length <= maxWhole;
  const shown = Map.groupBy(
    clusters.map(({ cluster, checks }) => ({
      cluster,
      checks: whole ? checks : checks.filter(needsAttention),
    })),
    ({ cluster, checks }) => (whole ? cluster : JSON.stringify(checks)),
  );
  const blocks = [
    [title, ...renderLines(stack, look)].join("\n"),
    ...[...shown.values()].flatMap((group) => renderGroup(group, look)),
    renderSum(report, look),
  ];
  return blocks.join("\n\n");
}

function needsAttention({ result }: CheckResult): boolean {
  return result === "failed" || result === "warning";
}

type Shown = Pick<CheckReport, "cluster" | "checks">;

/** Clusters that all have the same to say, as where AWS refuses whoever asks. */
function renderGroup(group: readonly Shown[], look: Look): string[] {
  const [{ checks } = { checks: [] }] = group;
  if (checks.length === 0) {
    return [];
  }
  const names = listSome(group.map(({ cluster }) => cluster));
  const title = look.paint.bold(`${group.length === 1 ? "Cluster" : "Clusters"} ${names}`);
  const [told = [], waiting = []] = [false, true].map((wanted) =>
    checks.filter((each) => isWaiting(each) === wanted),
  );
  const lines = [...Map.groupBy(told, (each) => each.group)].flatMap(([each, results]) => [
    `  ${look.paint.bold(headings[each])}`,
    ...renderLines(results, look),
  ]);
  return [[title, ...lines, ...renderWaiting(waiting, look)].join("\n")];
}

function isWaiting({ result, message }: CheckResult): boolean {
  return result === "skipped" && message?.startsWith(waitsFor) === true;
}

/** What waits for the same check is a line: of a dead server, eleven checks do. */
function renderWaiting(waiting: readonly CheckResult[], { paint, columns }: Look): string[] {
  const byReason = Map.groupBy(waiting, ({ message = "" }) => message.replace(waitsFor, ""));
  const lines = [...byReason].map(([reason, { length }]) =>
    paint.dim(wrap(`- ${count(length, "check")}: waiting for “${reason}”`, columns, "    ")),
  );
  return lines.length === 0 ? [] : [`  ${paint.bold("Skipped")}`, ...lines];
}

const indent = "        ";

/** What is the same for several lines below one another, is said once: their check, their hint. */
function renderLines(checks: readonly CheckResult[], look: Look): string[] {
  return checks.flatMap((each, index) => {
    const [before, after] = [checks[index - 1], checks[index + 1]];
    const { hint } = each;
    const isTitled = before?.check === each.check && before.result === each.result;
    const isRepeated = hint !== undefined && hint === after?.hint;
    return [
      ...renderFinding(each, isTitled, look),
      ...(hint === undefined || isRepeated ? [] : [renderHint(hint, indent, look)]),
      ...renderPolicies(each.policies ?? [], indent, look),
    ];
  });
}

function renderFinding(
  { check, result, message }: CheckResult,
  isTitled: boolean,
  look: Look,
): string[] {
  const { paint, columns } = look;
  const isQuiet = result === "ok" || result === "skipped";
  const title = `    ${markOf(result, look)} ${result === "skipped" ? paint.dim(check) : check}`;
  const titles = isTitled ? [] : [title];
  if (message === undefined) {
    return titles;
  }
  const fits = `    ✔ ${check} · ${message}`.length <= columns;
  return isQuiet && fits
    ? [`${title} ${paint.dim(`· ${message}`)}`]
    : [...titles, wrap(message, columns, indent)];
}

function markOf(result: CheckResult["result"], { paint }: Look): string {
  switch (result) {
    case "ok":
      return paint.green("✔");
    case "warning":
      return paint.yellow("!");
    case "failed":
      return paint.red("✖");
    case "skipped":
      return paint.dim("-");
  }
}

function renderSum({ stack, clusters, outcome }: StageReport, { paint, columns }: Look): string {
  const all = [...stack, ...clusters.flatMap(({ checks }) => checks)];
  const tally = (result: CheckResult["result"]) =>
    all.filter((each) => each.result === result).length;
  const failing = clusters.filter((each) => each.outcome === "failed");
  const names = listSome(failing.map(({ cluster }) => cluster));
  const parts = [
    `${tally("ok")} of ${count(all.length, "check")} passed`,
    ...(tally("warning") > 0 ? [count(tally("warning"), "warning")] : []),
    ...(tally("failed") > 0 ? [`${tally("failed")} failed`] : []),
    ...(tally("skipped") > 0 ? [`${tally("skipped")} skipped`] : []),
  ];
  const reach =
    failing.length > 0 && clusters.length > 1
      ? `; ${failing.length} of ${count(clusters.length, "cluster")} not well: ${names}`
      : clusters.length > 1
        ? `; ${count(clusters.length, "cluster")}`
        : "";
  const text = wrap(`${parts.join(", ")}${reach}`, columns - 2, "  ").trimStart();
  return `${outcome === "ok" ? paint.green("✔") : paint.red("✖")} ${text}`;
}
