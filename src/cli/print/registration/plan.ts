/** What a registration will do, in words: the same for a dry run and for the question. */
import { recordPrefix } from "../../../clusters/record-name.ts";
import { listSome } from "../../../list-some.ts";
import {
  changesSomething,
  type RegistrationPlan,
} from "../../../registration/plan-registration.ts";
import type { Difference } from "../../../registration/rules/compare-object.ts";
import { groupSteps, type StepGroup } from "../../../registration/rules/group-steps.ts";
import { isWrite } from "../../../registration/rules/judge-object.ts";
import type { Look } from "../look.ts";
import { count, joinBlocks, wrap } from "../wording.ts";
import { renderAccessSteps } from "./access-steps.ts";
import { renderProblem } from "./problem.ts";

const signs = { create: "+", change: "~", remove: "-", keep: "=", wait: "…" } as const;

export function renderRegistrationPlan(plan: RegistrationPlan, look: Look): string {
  return joinBlocks([
    renderObjects(plan, look),
    renderAccessSteps(plan.wish.access, look),
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

const notes = {
  keep: "can't be read; the proof will tell",
  wait: "when the namespace is there",
} as const;

function linesOf({ verb, what, steps }: StepGroup, { paint, columns }: Look): string[] {
  const note = verb in notes ? paint.dim(` · ${notes[verb as keyof typeof notes]}`) : "";
  const [first] = steps;
  const differences = first?.verb === "change" ? first.differences : [];
  const colour = {
    create: paint.green,
    change: paint.yellow,
    remove: paint.red,
    keep: paint.dim,
    wait: paint.dim,
  };
  return [
    `  ${colour[verb](signs[verb])} ${what}${note}`,
    ...shownDifferences(differences).map((line) => paint.dim(wrap(line, columns, "      "))),
  ];
}

const maxDifferences = 4;
/** Of what it was and what it will be; an expression of a policy says nothing at a glance. */
const maxValueLength = 50;

function shownDifferences(differences: readonly Difference[]): string[] {
  const short = differences.filter(({ from, to }) => isShort(from) && isShort(to));
  const shown = short.slice(0, maxDifferences);
  const others = differences.filter((each) => !shown.includes(each)).map(({ path }) => path);
  const lines = shown.map(({ path, from, to }) => `${path}: ${printed(from)} → ${printed(to)}`);
  return others.length > 0 ? [...lines, listSome(others, 3)] : lines;
}

function isShort(value: unknown): boolean {
  return printed(value).length <= maxValueLength;
}

/** Whoever may write in the cluster chose the text: it can't do anything to a terminal. */
function printed(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).replace(/\p{C}/gu, "?");
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
  const { credential, asked } = wish.access;
  const dead = record.action === "replace" ? record.dead : undefined;
  const text = [
    `${what} ${credential}`,
    ...(asked === undefined ? [] : [asked]),
    ...(record.action === "create" && wish.kmsKeyId !== undefined
      ? [`encrypted with ${wish.kmsKeyId}`]
      : []),
    ...(dead === undefined ? [] : [`as the one in it opens nothing: ${dead}`]),
  ].join(", ");
  return [
    paint.bold(`In AWS Secrets Manager (account ${account}, ${region})`),
    `  ${colour(sign)} ${recordPrefix(stage)}${wish.cluster}`,
    paint.dim(wrap(text, columns, "      ")),
  ].join("\n");
}

function renderRights({ wish, rights, objects, record }: RegistrationPlan, look: Look): string {
  if (record.action !== "create" && !objects.some(isWrite)) {
    return "";
  }
  const { paint, columns } = look;
  if (rights.summary.length === 0) {
    return "";
  }
  const lines = rights.summary.map((line) =>
    wrap(`- ${line}`, columns, "    ").replace(/^ {2}/, ""),
  );
  const whose = wish.isLocal ? "its runner" : "the deployed function";
  return [paint.bold(`What ${whose} may do there, and no more`), ...lines].join("\n");
}

function renderNothing({ wish }: RegistrationPlan, { paint }: Look): string {
  return `${paint.green("✔")} nothing to do: ${wish.cluster} is registered, with the rights that its config needs`;
}
