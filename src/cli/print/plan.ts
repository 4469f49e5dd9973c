/** A plan in words: what would be done, where, and why. */
import { listSome } from "../../list-some.ts";
import type { PlannedChange, PlanReport } from "../../refresh/report/plan-report.ts";
import type { Look } from "./look.ts";
import { renderFailures, renderNotices, renderRemark, type ShownNotice } from "./trouble.ts";
import { count, wrap } from "./wording.ts";

/** A plan, also one that a deployed function made: what it notices may be new here. */
export interface ShownPlan extends Omit<PlanReport, "notices"> {
  readonly notices: readonly ShownNotice[];
}

export function renderPlan(plan: ShownPlan, look: Look): string {
  const groups = [...Map.groupBy(plan.changes, groupKey).values()];
  const problems = plan.problems.map(({ namespace, ...problem }) => {
    return { ...problem, namespaces: namespace === undefined ? [] : [namespace] };
  });
  return [
    ...groups.map((group) => renderGroup(group, look)),
    ...renderFailures(problems, look),
    ...renderNotices(plan.notices, look),
    ...(plan.unverified ? [renderRemark(unverified(plan.cluster), look)] : []),
    summary(plan, look),
  ].join("\n");
}

function unverified(cluster: string) {
  return {
    kind: "the API server's certificate is NOT verified",
    message: `Whoever stands in between can take the credential of ${cluster}, and every token that is pushed there.`,
    hint: "put the cluster's CA into its kubeconfig, and its name out of the config's allowInsecureTls",
  };
}

function groupKey({ namespace: _, ...change }: PlannedChange): string {
  return JSON.stringify(Object.entries(change).sort());
}

function renderGroup(group: readonly PlannedChange[], { paint, columns }: Look): string {
  const [first] = group;
  if (!first) {
    return "";
  }
  const { change, reason } = first;
  const what = `${objectOf(first)} in ${count(group.length, "namespace")}`;
  const names = listSome(group.map(({ namespace }) => namespace));
  const fits = `  ${change} ${what} · ${reason}`.length <= columns;
  return [
    `  ${paint.bold(change)} ${what}${fits ? paint.dim(` · ${reason}`) : ""}`,
    ...(fits ? [] : [paint.dim(wrap(`· ${reason}`, columns, "    "))]),
    paint.dim(wrap(names, columns, "      ")),
  ].join("\n");
}

function objectOf({ change, pullSecret, serviceAccount, workload }: PlannedChange): string {
  switch (change) {
    case "link":
      return `${pullSecret} to service account ${serviceAccount}`;
    case "unlink":
      return `${pullSecret} from service account ${serviceAccount}`;
    case "restart":
      return `${workload} for ${pullSecret}`;
    default:
      return pullSecret;
  }
}

function summary(plan: ShownPlan, { paint }: Look): string {
  const { cluster, changes, current, namespaces, outcome } = plan;
  const covered = `${namespaces.selected} of ${count(namespaces.known, "namespace")} selected`;
  const rest = `${count(current, "secret")} up to date, ${covered}`;
  if (changes.length > 0) {
    return `${paint.bold(`${cluster}: ${count(changes.length, "change")} planned`)}; ${rest}`;
  }
  const mark = outcome === "ok" ? paint.green("✔") : paint.red("✖");
  return `${mark} ${cluster}: nothing to do; ${rest}`;
}
