/** `unregister`: takes away what a registration left, in the cluster and in AWS. */
import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { RegistrationRefused } from "../../registration/problems.ts";
import { type RemovalPlan, removesSomething } from "../../registration/removal/removal-plan.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { renderProblem } from "../print/registration/problem.ts";
import { removalPlanAsJson, renderRemovalPlan } from "../print/registration/removal-plan.ts";
import { type OpenedRemoval, openRemoval } from "../unregister/open-removal.ts";
import { prepareRemoval } from "../unregister/prepare-removal.ts";
import { removeLive } from "../unregister/remove-live.ts";
import {
  addUnregisterOptions,
  type UnregisterOptions,
  unregisterRequest,
} from "../unregister/unregister-options.ts";

const description = [
  "Takes back what register made: pull secrets of this deployment, the links to them, the rights,",
  "the ServiceAccount (which revokes its tokens), its namespace if nothing else is in it, and the",
  "record, which can be restored for a while. What others made stays. Interrupted, it goes on when",
  "it is run again.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets unregister prod-eu --context prod-eu
  ecr-pull-secrets unregister prod-eu --context prod-eu --dry-run
  ecr-pull-secrets unregister prod-eu --context prod-eu --keep-secrets --yes
  ecr-pull-secrets unregister edge-7 --cluster-gone`;

export function addUnregisterCommand(program: Command, run: RunCommand): void {
  addUnregisterOptions(program.command("unregister"))
    .summary("take back what register made")
    .description(description)
    .addHelpText("after", examples)
    .action((cluster: string, options: UnregisterOptions) =>
      run((cli) => unregister(cluster, options, cli)),
    );
}

async function unregister(
  cluster: string,
  options: UnregisterOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const request = unregisterRequest(cluster, options);
  if (!options.dryRun && !options.yes && !cli.context.terminal.interactive) {
    throw new UsageError("there is no terminal to ask on", {
      hint: "add --yes to go ahead, or --dry-run to only see the plan",
    });
  }
  try {
    await using opened = await openRemoval(request, options, cli);
    // Awaited here: the connections end with this scope.
    return await planAndCarryOut(opened, options, cli);
  } catch (error) {
    if (error instanceof RegistrationRefused) {
      return showProblems(error, cli);
    }
    throw error;
  }
}

async function planAndCarryOut(
  opened: OpenedRemoval,
  { dryRun, yes, output }: UnregisterOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const { terminal } = cli.context;
  const plan = await prepareRemoval(opened);
  if (dryRun) {
    terminal.say("");
    const asText = () => renderRemovalPlan(plan, lookAt(cli.context));
    terminal.print(output === "json" ? renderJson(removalPlanAsJson(plan)) : asText());
    return exitCodes.ok;
  }
  if (removesSomething(plan)) {
    terminal.say(`\n${renderRemovalPlan(plan, lookAt(cli.context, "stderr"))}\n`);
  }
  return yes || (await isWanted(plan, cli))
    ? removeLive(plan, opened, { output, cli })
    : exitCodes.ok;
}

async function isWanted(plan: RemovalPlan, { context, interrupt }: CliRun): Promise<boolean> {
  if (!removesSomething(plan)) {
    return true;
  }
  const question = `Unregister ${plan.wish.cluster}?`;
  const wanted = await context.terminal.confirm(question, interrupt.stop);
  if (!wanted) {
    context.terminal.say("Nothing was changed.");
  }
  return wanted;
}

function showProblems({ problems }: RegistrationRefused, { context }: CliRun): ExitCode {
  const look = lookAt(context, "stderr");
  for (const problem of problems) {
    context.terminal.say(renderProblem(problem, look));
  }
  return exitCodes.failed;
}
