/** A plan in words: what would be done, where, and why. */
import type { PlannedChange, PlanReport } from "../../refresh/plan-report.ts";
import type { Look } from "./look.ts";
import { renderFailures, renderNotices } from "./trouble.ts";
import { count, listSome, wrap } from "./wording.ts";

export function renderPlan(plan: PlanReport, look: Look): string {
  const groups = [...Map.groupBy(plan.changes, groupKey).values()];
  const problems = plan.problems.map(({ namespace, ...problem }) => {
    return { ...problem, namespaces: namespace === undefined ? [] : [namespace] };
  });
  return [
    ...groups.map((group) => renderGroup(group, look)),
    ...renderFailures(problems, look),
    ...renderNotices(plan.notices, look),
    summary(plan, look),
  ].join("\n");
}

function groupKey({ change, pullSecret, serviceAccount, reason }: PlannedChange): string {
  return JSON.stringify([change, pullSecret, serviceAccount, reason]);
}

function renderGroup(group: readonly PlannedChange[], { paint, columns }: Look): string {
  const [first] = group;
  if (!first) {
    return "";
  }
  const { change, pullSecret, serviceAccount, reason } = first;
  const object = serviceAccount ? `to service account ${serviceAccount} ` : "";
  const where = `in ${count(group.length, "namespace")}`;
  const names = listSome(group.map(({ namespace }) => namespace));
  return [
    `  ${paint.bold(change)} ${pullSecret} ${object}${where} ${paint.dim(`· ${reason}`)}`,
    paint.dim(wrap(names, columns, "      ")),
  ].join("\n");
}

function summary({ changes, current, namespaces }: PlanReport, { paint }: Look): string {
  const covered = `${namespaces.selected} of ${count(namespaces.known, "namespace")} selected`;
  const rest = `${count(current, "secret")} up to date, ${covered}`;
  return changes.length === 0
    ? `${paint.green("✔")} nothing to do: ${rest}`
    : `${paint.bold(count(changes.length, "change"))} planned; ${rest}`;
}
