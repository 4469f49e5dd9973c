/** What came of a registration: for the terminal, and as one object of JSON. */
import { formatOwner } from "../../refresh/rules/ownership.ts";
import { groupSteps } from "../../registration/group-steps.ts";
import type { ObjectStep } from "../../registration/judge-object.ts";
import { leftToDo, type RegistrationOutcome } from "../../registration/outcome.ts";
import { refOf } from "../../rights/kubernetes-object.ts";
import { asJson, type Visit } from "../stage/visit.ts";
import { formatExpiry } from "./durations.ts";
import type { Look } from "./look.ts";
import { renderReport, type ShownReport } from "./report.ts";
import { renderVisits } from "./visits.ts";
import { joinBlocks, wrap } from "./wording.ts";

/** Undefined: the function wasn't asked. */
export type FirstSweep = Visit<ShownReport> | undefined;

const words = {
  created: "is registered",
  replaced: "has a new credential",
  kept: "is registered",
} as const;

/** Of one that reached its end. */
export function renderOutcome(
  { plan, record, credential }: RegistrationOutcome,
  sweep: FirstSweep,
  look: Look,
): string {
  const { cluster, owner } = plan.wish;
  const until = credential ? formatExpiry(credential.expiresAt.toISOString(), look.now) : "";
  const expiry = until && `; its credential expires ${until}, and is renewed before`;
  const said = `${cluster} ${words[record ?? "kept"]} for ${formatOwner(owner)}${expiry}`;
  const verdict = wrap(said, look.columns - 2, "  ").trimStart();
  return joinBlocks([
    `${look.paint.green("✔")} ${verdict}`,
    sweep ? renderVisits([sweep], renderReport, look) : "",
  ]);
}

/** Of one that stopped: what is there by now, and that a second run goes on. */
export function renderStopped(outcome: RegistrationOutcome, { paint, columns }: Look): string {
  const { plan, done, record } = outcome;
  const { cluster } = plan.wish;
  const objects = groupSteps(done).map(({ what, verb }) => `${what} ${past[verb]}`);
  const stored = record === undefined ? [] : [`the record ${record}`];
  const all = [...objects, ...stored];
  const happened = all.length === 0 ? "Nothing was changed." : `Done: ${all.join(", ")}.`;
  const left = leftToDo(outcome);
  const state =
    record === undefined
      ? `${cluster} ${plan.record.action === "create" ? "isn't registered yet" : "has its former credential still"}.`
      : `${cluster} is registered.`;
  return [
    wrap(happened, columns - 2, "  "),
    wrap(`Left: ${left.join(", ")}. ${state}`, columns - 2, "  "),
    paint.cyan(wrap(`→ run the same command again: it goes on from here`, columns - 2, "  ")),
  ].join("\n");
}

const past = { create: "created", change: "changed", remove: "removed", keep: "kept" } as const;

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
  return step.verb === "keep" || written.has(step) ? past[step.verb] : "left";
}

/** Also where there was no need to ask the function. */
export function isSwept(sweep: FirstSweep): boolean {
  return sweep === undefined || (sweep.kind === "answered" && sweep.report.outcome === "ok");
}
