/** `plan`: what the next sweep would change, and why; changes nothing. */
import type { Command } from "commander";
import { reportPlan } from "../../refresh/report/plan-report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { chooseTarget, type Target } from "../local/choose-target.ts";
import { type LocalSweep, withLocalSweep } from "../local/local-sweep.ts";
import { addTargetOptions, type TargetOptions } from "../local/target-options.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { renderPlan } from "../print/plan.ts";
import { planAnswer } from "../registered/answers.ts";
import { openRegistered } from "../registered/open-registered.ts";
import { visitAndShow } from "../registered/visit-and-show.ts";

const description = [
  "Shows what the next sweep would change, and why. Changes nothing. The deployed function",
  "plans, so that its role, its network and its config decide.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets plan                          all registered clusters
  ecr-pull-secrets plan prod-eu --stage prod
  ecr-pull-secrets plan --local --context kind-kind
  ecr-pull-secrets plan --local --context prod --stage prod --output json`;

const errand = {
  mode: "plan",
  schema: planAnswer,
  verb: "Planned",
  writes: false,
  render: renderPlan,
} as const;

export function addPlanCommand(program: Command, run: RunCommand): void {
  addTargetOptions(program.command("plan"))
    .summary("show what the next sweep would change")
    .description(description)
    .addHelpText("after", examples)
    .action((names: readonly string[], options: TargetOptions) =>
      run((cli) => showPlans(chooseTarget(names, options), options, cli)),
    );
}

/** Also what `refresh --dry-run` prints: one wording for both. */
export async function showPlans(
  target: Target,
  options: TargetOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const { output } = options;
  return target.kind === "unregistered"
    ? withLocalSweep(options, cli, async (sweep) => showPlan(sweep, output, cli))
    : visitAndShow(await openRegistered(target.names, options, cli), errand, { output, cli });
}

function showPlan(
  { planned }: LocalSweep,
  output: TargetOptions["output"],
  { context }: CliRun,
): ExitCode {
  const plan = reportPlan(planned);
  const text = output === "json" ? renderJson(plan) : renderPlan(plan, lookAt(context));
  context.terminal.say("");
  context.terminal.print(text);
  return plan.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
}
