/** Carries a registration out while somebody watches, and tells what came of it, however it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { carryOutRegistration } from "../../registration/carry-out.ts";
import type { RegistrationOutcome } from "../../registration/outcome.ts";
import type { RegistrationPlan } from "../../registration/plan-registration.ts";
import { deployCommand } from "../../stack/deploy-command.ts";
import { type CliRun, type ExitCode, exitCodes } from "../context.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import {
  type FirstSweep,
  isSwept,
  outcomeAsJson,
  renderOutcome,
  renderStopped,
} from "../print/registration/outcome.ts";
import { renderProblem } from "../print/registration/problem.ts";
import { sayStopped } from "../print/registration/stopped.ts";
import { sweepAnswer } from "../registered/answers.ts";
import { readAnswer } from "../registered/read-answer.ts";
import type { OpenedRegistration } from "./open-registration.ts";

export async function carryOutLive(
  plan: RegistrationPlan,
  opened: OpenedRegistration,
  { output, cli }: { readonly output: "text" | "json"; readonly cli: CliRun },
): Promise<ExitCode> {
  return tellOutcome(await carryOut(plan, opened, cli), output, cli);
}

export interface CarriedOut {
  readonly outcome: RegistrationOutcome;
  readonly sweep: FirstSweep;
}

export async function carryOut(
  plan: RegistrationPlan,
  opened: OpenedRegistration,
  { context, interrupt }: CliRun,
): Promise<CarriedOut> {
  const { stage, cluster } = opened;
  const outcome = await carryOutRegistration(plan, {
    ...stage,
    ...opened,
    admin: cluster.admin,
    now: context.now,
    sleep: (ms) => sleep(ms, undefined, { signal: interrupt.stop }),
  });
  return { outcome, sweep: firstSweep(outcome, opened) };
}

/** @param output none: only what went wrong is said */
export function tellOutcome(
  { outcome, sweep }: CarriedOut,
  output: "text" | "json" | "none",
  cli: CliRun,
): ExitCode {
  const { context } = cli;
  context.terminal.say("");
  if (output === "json") {
    context.terminal.print(renderJson(outcomeAsJson(outcome, sweep)));
  } else if (output === "text" && outcome.stopped === undefined) {
    context.terminal.print(renderOutcome(outcome, sweep, lookAt(context)));
  }
  if (outcome.stopped === undefined && !isSwept(sweep)) {
    context.terminal.say(renderProblem(sweepFailed(outcome.plan), lookAt(context, "stderr")));
    return exitCodes.failed;
  }
  return outcome.stopped
    ? sayStopped(renderStopped(outcome, lookAt(context, "stderr")), outcome.stopped.error, cli)
    : exitCodes.ok;
}

function firstSweep(
  { sweep, plan }: RegistrationOutcome,
  { stage }: OpenedRegistration,
): FirstSweep {
  const { cluster } = plan.wish;
  const update = `bring the function to this version: ${deployCommand(stage)}`;
  return sweep === undefined
    ? undefined
    : readAnswer(sweep, { cluster, schema: sweepAnswer, update });
}

function sweepFailed({ wish: { cluster, owner } }: RegistrationPlan) {
  return {
    message: `${cluster} is registered, but its first sweep failed; the schedule tries again`,
    hint: `from here it may work (refresh ${cluster} --local); see why it doesn't there: ecr-pull-secrets check ${cluster} --stage ${owner.stage}`,
  };
}
