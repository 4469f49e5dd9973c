/** What a removal will take away, in words and as data: the same for a dry run and the question. */
import { recordPrefix } from "../../../clusters/record-name.ts";
import { listSome } from "../../../list-some.ts";
import { formatOwner } from "../../../refresh/rules/ownership.ts";
import {
  type ClusterRemoval,
  isEmpty,
  type NamespaceRemoval,
  type RemovalPlan,
  removesSomething,
} from "../../../registration/removal/removal-plan.ts";
import { soonestExpiry } from "../../../registration/removal/soonest-expiry.ts";
import { groupSteps } from "../../../registration/rules/group-steps.ts";
import { type LiveObject, refOf } from "../../../rights/kubernetes-object.ts";
import { formatExpiry } from "../durations.ts";
import type { Look } from "../look.ts";
import { count, joinBlocks, wrap } from "../wording.ts";
import { renderProblem } from "./problem.ts";

export function renderRemovalPlan(plan: RemovalPlan, look: Look): string {
  return joinBlocks([
    plan.cluster ? renderCluster(plan.cluster, plan, look) : "",
    renderRecord(plan, look),
    plan.warnings.map((warning) => renderProblem(warning, look, "warning")).join("\n"),
    removesSomething(plan) ? "" : renderNothing(plan, look),
  ]);
}

function renderCluster(cluster: ClusterRemoval, { wish }: RemovalPlan, look: Look): string {
  const lines = [...goingLines(cluster, look), ...stayingLines(cluster, look)];
  const title = look.paint.bold(`In the cluster ${wish.cluster} (${cluster.server})`);
  return lines.length === 0 ? "" : [title, ...lines].join("\n");
}

function goingLines(cluster: ClusterRemoval, { paint, columns }: Look): readonly string[] {
  const { access, roles, links, secrets, namespaces, entry } = cluster;
  const minus = paint.red("-");
  const objects = [
    ...access,
    ...roles,
    ...namespaces.filter(isEmpty).map((each) => each.namespace),
  ];
  const steps = objects.map((object) => ({ verb: "remove", object }) as const);
  const lines = [
    ...(entry?.isOurs ? [`access entry of ${entry.principalArn}, in EKS`] : []),
    ...groupSteps(steps).map(({ what }) => what),
    ...(links.length > 0
      ? [
          `${listSome(linkNames(cluster))} from imagePullSecrets of ${count(links.length, "service account")}`,
        ]
      : []),
    ...grouped(secrets).map(([name, places]) => `secret ${name} in ${count(places, "namespace")}`),
  ];
  return lines.map((line) => `  ${minus} ${wrap(line, columns, "      ").trimStart()}`);
}

function linkNames({ links }: ClusterRemoval): readonly string[] {
  return [...new Set(links.flatMap(({ names }) => names))].sort();
}

function grouped(secrets: readonly LiveObject[]): readonly (readonly [string, number])[] {
  const groups = Map.groupBy(secrets, ({ metadata }) => metadata.name);
  return [...groups].map(([name, all]) => [name, all.length]);
}

function stayingLines(cluster: ClusterRemoval, { paint, columns, now }: Look): readonly string[] {
  const { kept, others, namespaces } = cluster;
  const until = soonestExpiry(kept);
  const good =
    until === undefined ? "" : `, good until the first expires ${formatExpiry(until, now)}`;
  const lines = [
    ...(kept.length > 0
      ? [`${count(kept.length, "pull secret")} and their links stay${good}`]
      : []),
    ...namespaces.filter((each) => !isEmpty(each)).map(describeKept),
    ...[...others].map(
      ([owner, size]) => `${count(size, "object")} of ${owner || "somebody else"}, left alone`,
    ),
  ];
  return lines.map((line) => paint.dim(`  = ${wrap(line, columns, "      ").trimStart()}`));
}

export function describeKept({ namespace, content }: NamespaceRemoval): string {
  return `Namespace ${namespace.metadata.name} stays: it holds ${listSome(content, 3)}`;
}

function renderRecord(
  { wish, record, cluster }: RemovalPlan,
  { paint, columns, now }: Look,
): string {
  if (record === undefined) {
    return "";
  }
  const { account, region, stage } = wish.owner;
  const { expiresAt, credential } = record.state;
  const first = cluster?.recordFirst
    ? "; first of all, since its credential isn't of this program's making and stays good"
    : "";
  const leftAlone = [
    ...(expiresAt
      ? [`pull secrets expire ${formatExpiry(expiresAt.toISOString(), now)} at the soonest`]
      : []),
    ...(credential
      ? [`the credential ${formatExpiry(credential.expiresAt.toISOString(), now)}`]
      : []),
  ].join(", ");
  const gone = leftAlone === "" ? "" : `; what may be left in the cluster: ${leftAlone}`;
  const text = `can be restored for ${wish.recoveryDays} d${cluster ? first : gone}`;
  return [
    paint.bold(`In AWS Secrets Manager (account ${account}, ${region})`),
    `  ${paint.red("-")} ${recordPrefix(stage)}${wish.cluster}`,
    paint.dim(wrap(text, columns, "      ")),
  ].join("\n");
}

function renderNothing({ wish, cluster }: RemovalPlan, { paint }: Look): string {
  const { stage, region } = wish.owner;
  const left = cluster ? `, and nothing of it is left at ${cluster.server}` : "";
  return `${paint.green("✔")} nothing to do: no cluster ${wish.cluster} is registered for stage ${stage} in ${region}${left}`;
}

/** The plan as data. */
export function removalPlanAsJson({ wish, cluster, record, warnings }: RemovalPlan) {
  return {
    cluster: wish.cluster,
    owner: formatOwner(wish.owner),
    server: cluster?.server ?? null,
    objects: cluster ? [...cluster.access, ...cluster.roles].map(refOf) : [],
    accessEntry: cluster?.entry ?? null,
    namespaces: (cluster?.namespaces ?? []).map(namespaceAsJson),
    links: (cluster?.links ?? []).map(({ account, names }) => ({ ...refOf(account), names })),
    secrets: (cluster?.secrets ?? []).map(refOf),
    kept: (cluster?.kept ?? []).map(refOf),
    others: Object.fromEntries(cluster?.others ?? []),
    record: record ? "remove" : "none",
    warnings,
  };
}

export function namespaceAsJson({ namespace, content }: NamespaceRemoval) {
  return { name: namespace.metadata.name, content };
}
