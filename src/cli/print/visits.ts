/** What came of visiting clusters, whether one or thousands: those with trouble come first. */
import { listSome } from "../../list-some.ts";
import { leftAlone } from "../registered/left-alone.ts";
import { isFine, type NoAnswer, type Outcome, type Visit } from "../registered/visit.ts";
import { renderHint } from "./hint.ts";
import type { Look } from "./look.ts";
import { count, joinBlocks, wrap } from "./wording.ts";

export function renderVisits<Report extends Outcome>(
  visits: readonly Visit<Report>[],
  render: (report: Report, look: Look) => string,
  look: Look,
): string {
  const several = visits.length > 1;
  const unanswered = visits.filter((visit): visit is NoAnswer => visit.kind !== "answered");
  const left = unanswered.filter(({ kind }) => kind === "local");
  const failed = unanswered.filter(({ kind }) => kind !== "local");
  const reports = visits.flatMap((visit) => (visit.kind === "answered" ? [visit.report] : []));
  const badFirst = reports.toSorted((one, other) => rankOf(one) - rankOf(other));
  return joinBlocks([
    renderNoAnswers(failed, look),
    ...badFirst.map((report) =>
      render(report, several ? { ...look, prefix: report.cluster } : look),
    ),
    renderLeftAlone(left, look),
    several ? renderTotal(visits, look) : "",
  ]);
}

function rankOf({ outcome }: Outcome): number {
  return outcome === "failed" ? 0 : 1;
}

/** Clusters with the same trouble are one block. */
function renderNoAnswers(visits: readonly NoAnswer[], look: Look): string {
  const { paint, columns } = look;
  const each = visits.flatMap(({ cluster, causes }) =>
    causes.map((cause) => ({ cluster, ...cause })),
  );
  const groups = Map.groupBy(each, ({ message, hint }) => JSON.stringify([message, hint]));
  return [...groups.values()]
    .map((group) => {
      const names = listSome(group.map(({ cluster }) => cluster));
      const [{ message = "", hint = undefined } = {}] = group;
      return [
        `${paint.red("✖")} ${wrap(`${names}: ${message}`, columns - 2, "    ").trimStart()}`,
        ...(hint ? [renderHint(hint, "    ", look)] : []),
      ].join("\n");
    })
    .join("\n");
}

function renderLeftAlone(visits: readonly NoAnswer[], look: Look): string {
  if (visits.length === 0) {
    return "";
  }
  const { paint, columns } = look;
  const names = listSome(visits.map(({ cluster }) => cluster));
  const line = wrap(`${names}: ${leftAlone.message}`, columns - 2, "    ").trimStart();
  return [paint.dim(`- ${line}`), renderHint(leftAlone.hint, "    ", look)].join("\n");
}

const words = {
  ok: "ok",
  failed: "failed",
  unregistered: "not registered",
  interrupted: "interrupted",
  local: "local",
} as const;

function renderTotal<Report extends Outcome>(
  visits: readonly Visit<Report>[],
  { paint }: Look,
): string {
  const kinds = Map.groupBy(visits, (visit) =>
    visit.kind === "answered" ? visit.report.outcome : visit.kind,
  );
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const number = kinds.get(kind)?.length ?? 0;
    return number > 0 ? [`${number} ${words[kind]}`] : [];
  });
  const mark = visits.every(isFine) ? paint.green("✔") : paint.red("✖");
  return `${mark} ${paint.bold(count(visits.length, "cluster"))}: ${parts.join(", ")}`;
}
