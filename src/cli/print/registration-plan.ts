/** What a registration will do, in words and as data: the same for a dry run and for the question. */
import { formatOwner } from "../../refresh/rules/ownership.ts";
import type { Difference } from "../../registration/compare-object.ts";
import { groupSteps, type StepGroup } from "../../registration/group-steps.ts";
import type { ObjectStep } from "../../registration/judge-object.ts";
import { changesSomething, type RegistrationPlan } from "../../registration/plan-registration.ts";
import { refOf } from "../../rights/kubernetes-object.ts";
import type { Look } from "./look.ts";
import { renderProblem } from "./registration-problems.ts";
import { count, joinBlocks, wrap } from "./wording.ts";

const signs = { create: "+", change: "~", remove: "-", keep: "=" } as const;

export function renderRegistrationPlan(plan: RegistrationPlan, look: Look): string {
  return joinBlocks([
    renderObjects(plan, look),
    renderRecord(plan, look),
    renderRights(plan, look),
    plan.warnings.map((warning) => renderProblem(warning, look, "warning")).join("\n"),
    changesSomething(plan) ? "" : renderNothing(plan, look),
  ]);
}

function renderObjects({ wish, server, objects }: RegistrationPlan, look: Look): string {
  const groups = groupSteps(objects);
  const kept = groups.filter(isSeen).flatMap(({ steps }) => steps).length;
  const lines = groups.filter((group) => !isSeen(group)).flatMap((group) => linesOf(group, look));
  const keptLine =
    kept > 0 ? [look.paint.dim(`  = ${count(kept, "object")} as they should be`)] : [];
  const title = look.paint.bold(`In the cluster ${wish.cluster} (${server})`);
  const all = [...lines, ...keptLine];
  return all.length === 0 ? "" : [title, ...all].join("\n");
}

/** Whether there is nothing to say about it but that it is there. */
function isSeen({ steps }: StepGroup): boolean {
  return steps.every((step) => step.verb === "keep" && step.seen);
}

function linesOf({ verb, what, steps }: StepGroup, { paint, columns }: Look): string[] {
  const note = verb === "keep" ? paint.dim(" · may not be read here; the proof will tell") : "";
  const [first] = steps;
  const differences = first?.verb === "change" ? first.differences : [];
  const colour = { create: paint.green, change: paint.yellow, remove: paint.red, keep: paint.dim };
  return [
    `  ${colour[verb](signs[verb])} ${what}${note}`,
    ...shownDifferences(differences).map((line) => paint.dim(wrap(line, columns, "      "))),
  ];
}

const maxDifferences = 4;

function shownDifferences(differences: readonly Difference[]): string[] {
  const shown = differences.slice(0, maxDifferences).map(describeDifference);
  const left = differences.length - shown.length;
  return left > 0 ? [...shown, `and ${left} more`] : shown;
}

function describeDifference({ path, from, to }: Difference): string {
  return `${path}: ${brief(from)} → ${brief(to)}`;
}

const maxValueLength = 60;

/** Whoever may write in the cluster chose the text: it can't do anything to a terminal. */
function brief(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  const plain = text.replace(/\p{C}/gu, "?");
  return plain.length > maxValueLength ? `${plain.slice(0, maxValueLength)}…` : plain;
}

const recordLines = {
  create: ["+", "a secret for its kubeconfig, with"],
  replace: ["~", "the secret with its kubeconfig, which gets"],
} as const;

function renderRecord({ wish, record }: RegistrationPlan, { paint, columns }: Look): string {
  if (record.action === "keep") {
    return "";
  }
  const [sign, what] = recordLines[record.action];
  const { account, region, stage } = wish.owner;
  const colour = record.action === "create" ? paint.green : paint.yellow;
  const text = `${what} ${wish.access.credential}`;
  return [
    paint.bold(`In AWS Secrets Manager (account ${account}, ${region})`),
    `  ${colour(sign)} ecr-pull-secrets/${stage}/clusters/${wish.cluster}`,
    paint.dim(wrap(text, columns, "      ")),
  ].join("\n");
}

function renderRights({ rights }: RegistrationPlan, { paint, columns }: Look): string {
  const lines = rights.summary.map((line) =>
    wrap(`- ${line}`, columns, "    ").replace(/^ {2}/, ""),
  );
  return [paint.bold("With it, the deployed function may, and no more"), ...lines].join("\n");
}

function renderNothing({ wish }: RegistrationPlan, { paint }: Look): string {
  return `${paint.green("✔")} nothing to do: ${wish.cluster} is registered, with the rights that its config needs`;
}

/** The plan as data. */
export function planAsJson({ wish, server, rights, objects, record, warnings }: RegistrationPlan) {
  return {
    cluster: wish.cluster,
    owner: formatOwner(wish.owner),
    server,
    objects: objects.map(stepAsJson),
    record: record.action,
    rights: rights.summary,
    warnings,
  };
}

export function stepAsJson(step: ObjectStep) {
  const { verb, object } = step;
  const differences = step.verb === "change" ? { differences: step.differences } : {};
  return { verb, ...refOf(object), ...differences };
}
