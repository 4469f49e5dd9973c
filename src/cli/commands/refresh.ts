/** `refresh`: show the plan, ask, do it, and tell what came of it. */
import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { reportPlan } from "../../refresh/plan-report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { carryOutLive } from "../local/carry-out-live.ts";
import { type LocalSweep, withLocalSweep } from "../local/local-sweep.ts";
import { addTargetOptions, type TargetOptions } from "../local/target-options.ts";
import { lookAt } from "../print/look.ts";
import { renderPlan } from "../print/plan.ts";
import { renderReport } from "../print/report.ts";
import { count } from "../print/wording.ts";
import { showPlan } from "./plan.ts";

interface RefreshOptions extends TargetOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  ecr-pull-secrets refresh --local --context kind-kind
  ecr-pull-secrets refresh --local --context kind-kind --region eu-west-1 \\
      --namespaces "web, team-*" --service-account default
  ecr-pull-secrets refresh --local --context prod --stage prod --yes --output json`;

export function addRefreshCommand(program: Command, run: RunCommand): void {
  addTargetOptions(program.command("refresh"))
    .summary("bring a cluster's pull secrets up to date now")
    .description(
      "Brings a cluster's pull secrets up to date now: shows the plan, asks, does it, and\ntells what came of it.",
    )
    .optionsGroup("Asking:")
    .option("--dry-run", "show the plan, change nothing")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", examples)
    .action((options: RefreshOptions) => run((cli) => refresh(options, cli)));
}

async function refresh(options: RefreshOptions, cli: CliRun): Promise<ExitCode> {
  const { dryRun = false, yes = false, output } = options;
  if (!dryRun && !yes && !cli.context.terminal.interactive) {
    throw new UsageError("there is no terminal to ask on", {
      hint: "add --yes to go ahead, or --dry-run to only see the plan",
    });
  }
  return withLocalSweep(options, cli, async (sweep) => {
    if (dryRun) {
      return showPlan(sweep, output, cli);
    }
    return yes || (await isWanted(sweep, cli)) ? sweepNow(sweep, output, cli) : exitCodes.ok;
  });
}

async function isWanted({ planned, context: cluster }: LocalSweep, cli: CliRun): Promise<boolean> {
  const { terminal } = cli.context;
  const plan = reportPlan(planned);
  if (plan.changes.length === 0) {
    return true;
  }
  terminal.say(`\n${renderPlan(plan, lookAt(cli.context, "stderr"))}\n`);
  const question = `Make ${count(plan.changes.length, "change")} in ${cluster}?`;
  const wanted = await terminal.confirm(question, cli.interrupt.stop);
  if (!wanted) {
    terminal.say("Nothing was changed.");
  }
  return wanted;
}

async function sweepNow(
  sweep: LocalSweep,
  output: TargetOptions["output"],
  { context, interrupt }: CliRun,
): Promise<ExitCode> {
  const { terminal } = context;
  const report = await carryOutLive(sweep, { context, interrupt });
  terminal.say("");
  terminal.print(
    output === "json" ? JSON.stringify(report, null, 2) : renderReport(report, lookAt(context)),
  );
  if (interrupt.stop.aborted) {
    return exitCodes.interrupted;
  }
  return report.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
}
