/** Carries a removal out while somebody watches, and tells what came of it, however it ends. */
import { isMendable } from "../../registration/problems.ts";
import { carryOutRemoval } from "../../registration/removal/carry-out-removal.ts";
import type { RemovalOutcome } from "../../registration/removal/removal-outcome.ts";
import type { RemovalPlan } from "../../registration/removal/removal-plan.ts";
import { type CliContext, type CliRun, type ExitCode, exitCodes } from "../context.ts";
import { printError } from "../print/error.ts";
import { lookAt } from "../print/look.ts";
import { renderProblem } from "../print/registration/problem.ts";
import {
  removalAsJson,
  renderRemovalStopped,
  renderRemoved,
} from "../print/registration/removal-outcome.ts";
import { Interrupted } from "../terminal/interrupt.ts";
import type { OpenedRemoval } from "./open-removal.ts";

export async function removeLive(
  plan: RemovalPlan,
  { stage, cluster, narrator }: OpenedRemoval,
  { output, cli }: { readonly output: "text" | "json"; readonly cli: CliRun },
): Promise<ExitCode> {
  const { context } = cli;
  const { wireEks } = await import("../../wiring/removal.ts");
  const outcome = await carryOutRemoval(plan, {
    admin: cluster?.admin,
    eksOf: (region) => wireEks(region, stage.profile),
    writer: stage.writer,
    narrator,
    now: context.now,
  });
  context.terminal.say("");
  if (output === "json") {
    context.terminal.print(JSON.stringify(removalAsJson(outcome), null, 2));
  } else if (outcome.stopped === undefined) {
    context.terminal.print(renderRemoved(outcome, lookAt(context)));
  }
  return outcome.stopped ? sayStopped(outcome, outcome.stopped.error, cli) : exitCodes.ok;
}

function sayStopped(outcome: RemovalOutcome, error: unknown, cli: CliRun): ExitCode {
  const { context, interrupt } = cli;
  const isInterrupted = interrupt.stop.aborted || error instanceof Interrupted;
  if (!isInterrupted) {
    sayWhy(error, context);
  }
  context.terminal.say(renderRemovalStopped(outcome, lookAt(context, "stderr")));
  return isInterrupted ? exitCodes.interrupted : exitCodes.failed;
}

function sayWhy(error: unknown, context: CliContext): void {
  if (isMendable(error)) {
    context.terminal.say(renderProblem(error, lookAt(context, "stderr")));
  } else {
    printError(error, context.terminal);
  }
}
