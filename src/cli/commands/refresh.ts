/** `refresh`: sweep clusters now, and tell what came of it. */
import type { Command } from "commander";
import type * as z from "zod";
import { UsageError } from "../../errors.ts";
import { reportPlan } from "../../refresh/report/plan-report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { chooseTarget } from "../local/choose-target.ts";
import { type LocalSweep, withLocalSweep } from "../local/local-sweep.ts";
import { sweepLive } from "../local/sweep-live.ts";
import { addTargetOptions, type TargetOptions } from "../local/target-options.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { renderPlan } from "../print/plan.ts";
import { renderBriefly, renderReport } from "../print/report.ts";
import { count } from "../print/wording.ts";
import { sweepAnswer } from "../registered/answers.ts";
import { openRegistered, type Registered } from "../registered/open-registered.ts";
import { type Errand, visitAndShow } from "../registered/visit-and-show.ts";
import { showPlans } from "./plan.ts";

interface RefreshOptions extends TargetOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const description = [
  "Brings clusters' pull secrets up to date now, and tells what came of it. The deployed",
  "function does it, as it does by itself at every tick of its schedule. Asks first, if all",
  "clusters are meant, or one that isn't registered.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets refresh prod-eu --stage prod
  ecr-pull-secrets refresh                       all registered clusters
  ecr-pull-secrets refresh prod-eu --local       from here, not by the function
  ecr-pull-secrets refresh --local --context kind-kind --region eu-west-1 \\
      --namespaces "web, team-*" --service-account default
  ecr-pull-secrets refresh --local --context prod --stage prod --yes \\
      --output json`;

const errand: Errand<z.output<typeof sweepAnswer>> = {
  mode: "sweep",
  schema: sweepAnswer,
  verb: "Swept",
  writes: true,
  render: (report, look) => (look.prefix ? renderBriefly : renderReport)(report, look),
};

export function addRefreshCommand(program: Command, run: RunCommand): void {
  addTargetOptions(program.command("refresh"))
    .summary("bring clusters' pull secrets up to date now")
    .description(description)
    .optionsGroup("Asking:")
    .option("--dry-run", "show the plan, change nothing")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", examples)
    .action((names: readonly string[], options: RefreshOptions) =>
      run((cli) => refresh(names, options, cli)),
    );
}

async function refresh(
  names: readonly string[],
  options: RefreshOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const target = chooseTarget(names, options);
  if (options.dryRun) {
    return showPlans(target, options, cli);
  }
  // Whoever names registered clusters has said what is to be done.
  const asks = !options.yes && names.length === 0;
  if (asks && !cli.context.terminal.interactive) {
    throw new UsageError("there is no terminal to ask on", {
      hint: "add --yes to go ahead, or --dry-run to only see the plan",
    });
  }
  const { output } = options;
  if (target.kind === "unregistered") {
    return withLocalSweep(options, cli, async (sweep) =>
      !asks || (await isWanted(sweep, cli)) ? sweepNow(sweep, output, cli) : exitCodes.ok,
    );
  }
  const registered = await openRegistered(target.names, options, cli);
  return !asks || (await areAllWanted(registered, cli))
    ? visitAndShow(registered, errand, { output, cli })
    : exitCodes.ok;
}

async function areAllWanted({ names, stage }: Registered, cli: CliRun): Promise<boolean> {
  const clusters = count(names.length, "registered cluster");
  return names.length === 0 || confirm(`Refresh ${clusters} of stage ${stage.stage}?`, cli);
}

async function isWanted({ planned, context: cluster }: LocalSweep, cli: CliRun): Promise<boolean> {
  const plan = reportPlan(planned);
  if (plan.changes.length === 0) {
    return true;
  }
  cli.context.terminal.say(`\n${renderPlan(plan, lookAt(cli.context, "stderr"))}\n`);
  return confirm(`Make ${count(plan.changes.length, "change")} in ${cluster}?`, cli);
}

async function confirm(question: string, { context, interrupt }: CliRun): Promise<boolean> {
  const wanted = await context.terminal.confirm(question, interrupt.stop);
  if (!wanted) {
    context.terminal.say("Nothing was changed.");
  }
  return wanted;
}

async function sweepNow(
  sweep: LocalSweep,
  output: TargetOptions["output"],
  { context, interrupt }: CliRun,
): Promise<ExitCode> {
  const { terminal } = context;
  const report = await sweepLive(sweep, { context, interrupt });
  terminal.say("");
  terminal.print(output === "json" ? renderJson(report) : renderReport(report, lookAt(context)));
  if (interrupt.stop.aborted) {
    return exitCodes.interrupted;
  }
  return report.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
}
