/** What came of a registration: for the terminal, and as one object of JSON. */
import { formatDuration } from "../../../durations.ts";
import { formatOwner } from "../../../refresh/rules/ownership.ts";
import { leftToDo, type RegistrationOutcome } from "../../../registration/outcome.ts";
import { changesSomething } from "../../../registration/plan-registration.ts";
import { isWrite, type ObjectStep, pastTense } from "../../../registration/rules/judge-object.ts";
import { refOf } from "../../../rights/kubernetes-object.ts";
import { asJson, isFine, type Visit } from "../../registered/visit.ts";
import { renderHint } from "../hint.ts";
import type { Look } from "../look.ts";
import { renderReport, type ShownReport } from "../report.ts";
import { renderVisits } from "../visits.ts";
import { count, joinBlocks, wrap } from "../wording.ts";

/** Undefined: the function wasn't asked. */
export type FirstSweep = Visit<ShownReport> | undefined;

/** Of one that reached its end. */
export function renderOutcome(outcome: RegistrationOutcome, sweep: FirstSweep, look: Look): string {
  const { credential } = outcome;
  const validity = credential
    ? `\n  its credential is ${describeValidity(credential.expiresAt, look.now)}, and renewed before`
    : "";
  return joinBlocks([
    [
      `${look.paint.green("✔")} ${verdictOf(outcome)}${validity}`,
      ...whatIsNext(outcome, look),
    ].join("\n"),
    sweep ? renderVisits([sweep], renderReport, look) : "",
  ]);
}

/** Of a local cluster, nobody here sweeps it. */
function whatIsNext({ plan }: RegistrationOutcome, look: Look): string[] {
  const { cluster, owner, isLocal } = plan.wish;
  const command = `npx ecr-pull-secrets refresh ${cluster} --local --stage ${owner.stage} --yes`;
  return isLocal
    ? [renderHint(`to be run inside its network, once per schedule: ${command}`, "  ", look)]
    : [];
}

function verdictOf({ plan, record }: RegistrationOutcome): string {
  const { cluster, owner } = plan.wish;
  if (record === "replaced") {
    return `${cluster} has a new credential`;
  }
  const nothing = changesSomething(plan) ? "" : "nothing to do: ";
  return `${nothing}${cluster} is registered for stage ${owner.stage} in ${owner.region}`;
}

const twoDaysMs = 2 * 86_400_000;

function describeValidity(expiresAt: Date, now: Date): string {
  const leftMs = expiresAt.getTime() - now.getTime();
  return leftMs > twoDaysMs
    ? `valid until ${expiresAt.toISOString().slice(0, 10)}`
    : `valid for ${formatDuration(Math.max(0, leftMs))}`;
}

/** Of one that stopped: what is there by now, and that a second run goes on. */
export function renderStopped(outcome: RegistrationOutcome, { paint, columns }: Look): string {
  const { plan, done, prepared, record } = outcome;
  const { cluster } = plan.wish;
  const objects = done.length > 0 ? [`${count(done.length, "object")} in the cluster`] : [];
  const all = [
    ...objects,
    ...prepared,
    ...(record === undefined ? [] : [`the record (${record})`]),
  ];
  const happened = all.length === 0 ? "Nothing was changed." : `Done: ${all.join(", ")}.`;
  const standing = record === undefined ? standings[plan.record.action] : "is registered";
  const left = `Left: ${leftToDo(outcome).join(", ")}.`;
  return [
    wrap(`${happened} ${left} ${cluster} ${standing}.`, columns, "  "),
    paint.cyan(wrap("→ run the same command again: it goes on from here", columns, "  ")),
  ].join("\n");
}

const standings = {
  create: "isn't registered yet",
  replace: "keeps the credential that it had",
  keep: "stays registered",
} as const;

export function outcomeAsJson(outcome: RegistrationOutcome, sweep: FirstSweep) {
  const { plan, done, credential, proofs, record, stopped } = outcome;
  const written = new Set(done);
  return {
    cluster: plan.wish.cluster,
    owner: formatOwner(plan.wish.owner),
    server: plan.server,
    outcome: stopped === undefined && isSwept(sweep) ? "ok" : "failed",
    objects: plan.objects.map((step) => ({
      ...refOf(step.object),
      result: resultOf(step, written),
    })),
    record: record ?? "unchanged",
    credential: credential ?? null,
    proofs,
    left: leftToDo(outcome),
    sweep: sweep ? asJson(sweep) : null,
  };
}

function resultOf(step: ObjectStep, written: ReadonlySet<ObjectStep>): string {
  return !isWrite(step) || written.has(step) ? pastTense[step.verb] : "left";
}

/** Also where there was no need to ask the function. */
export function isSwept(sweep: FirstSweep): boolean {
  return sweep === undefined || isFine(sweep);
}
