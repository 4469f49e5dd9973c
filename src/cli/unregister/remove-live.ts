/** Carries a removal out while somebody watches, and tells what came of it, however it ends. */
import { carryOutRemoval } from "../../registration/removal/carry-out-removal.ts";
import type { RemovalPlan } from "../../registration/removal/removal-plan.ts";
import { type CliRun, type ExitCode, exitCodes } from "../context.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import {
  removalAsJson,
  renderRemovalStopped,
  renderRemoved,
} from "../print/registration/removal-outcome.ts";
import { sayStopped } from "../print/registration/stopped.ts";
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
    context.terminal.print(renderJson(removalAsJson(outcome)));
  } else if (outcome.stopped === undefined) {
    context.terminal.print(renderRemoved(outcome, lookAt(context)));
  }
  return outcome.stopped
    ? sayStopped(
        renderRemovalStopped(outcome, lookAt(context, "stderr")),
        outcome.stopped.error,
        cli,
      )
    : exitCodes.ok;
}
