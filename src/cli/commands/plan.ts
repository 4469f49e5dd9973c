/** `plan`: what the next sweep would change, and why; changes nothing. */
import type { Command } from "commander";
import { reportPlan } from "../../refresh/plan-report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { type LocalSweep, withLocalSweep } from "../local/local-sweep.ts";
import { addTargetOptions, type TargetOptions } from "../local/target-options.ts";
import { lookAt } from "../print/look.ts";
import { renderPlan } from "../print/plan.ts";

const examples = `
Examples:
  ecr-pull-secrets plan --local --context kind-kind
  ecr-pull-secrets plan --local --context prod --stage prod --output json`;

export function addPlanCommand(program: Command, run: RunCommand): void {
  addTargetOptions(program.command("plan"))
    .summary("show what the next sweep would change")
    .description("Shows what the next sweep would change, and why. Changes nothing.")
    .addHelpText("after", examples)
    .action((options: TargetOptions) =>
      run((cli) =>
        withLocalSweep(options, cli, async (sweep) => showPlan(sweep, options.output, cli)),
      ),
    );
}

/** Also what `refresh --dry-run` prints: one wording for both. */
export function showPlan(
  { planned }: LocalSweep,
  output: TargetOptions["output"],
  { context }: CliRun,
): ExitCode {
  const plan = reportPlan(planned);
  const text =
    output === "json" ? JSON.stringify(plan, null, 2) : renderPlan(plan, lookAt(context));
  context.terminal.say("");
  context.terminal.print(text);
  return plan.problems.length > 0 ? exitCodes.failed : exitCodes.ok;
}
