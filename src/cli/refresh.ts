/** `refresh`: show the plan, ask, do it, and tell what came of it. */
import type { Command } from "commander";
import { startDeadline } from "../deadline.ts";
import { MintError, UsageError } from "../errors.ts";
import { reportPlan } from "../refresh/plan-report.ts";
import type { CredentialSource } from "../refresh/ports.ts";
import { carryOut } from "../refresh/refresh-cluster.ts";
import type { SweepReport } from "../refresh/report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "./context.ts";
import { Interrupted, unlessStopped } from "./interrupt.ts";
import { type LocalSweep, withLocalSweep } from "./local-sweep.ts";
import { lookAt } from "./look.ts";
import { showPlan } from "./plan.ts";
import { renderPlan } from "./render-plan.ts";
import { renderReport } from "./render-report.ts";
import { stepsOn } from "./steps.ts";
import { addTargetOptions, type TargetOptions } from "./target-options.ts";
import { count } from "./wording.ts";

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

const silentProgress = { minted: () => {}, applied: () => {} };

/** Far beyond what 500 namespaces take; what is left after it is reported, not forgotten. */
const sweepTime = { limitMs: 300_000, marginMs: 15_000 };

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

async function carryOutLive(
  sweep: LocalSweep,
  { context, interrupt }: CliRun,
): Promise<SweepReport> {
  const { connection, planned } = sweep;
  using deadline = startDeadline(sweepTime, interrupt.stop);
  const api = connection.api(AbortSignal.any([deadline.abort, interrupt.abort]));
  const credentials = untilStopped(sweep.credentials, interrupt.stop);
  const ports = { api, credentials, now: context.now, stop: deadline.stop };
  const planCount = reportPlan(planned).changes.length;
  if (planCount === 0) {
    return await carryOut(planned, { ...ports, progress: silentProgress });
  }
  // Awaited here: the deadline's timers end with this scope.
  return await stepsOn(context.terminal)("Mint registry credentials", async (retitle) => {
    const applied = ({ done, of }: { done: number; of: number }) =>
      retitle(`Tried ${done} of ${count(of, "change")}`);
    const minted = ({ registries, failed }: { registries: number; failed: number }) =>
      retitle(`Minted credentials for ${registries - failed} of ${registries}; applying`);
    const report = await carryOut(planned, { ...ports, progress: { minted, applied } });
    retitle(`Applied ${changesMade(report)} of ${count(planCount, "change")}`);
    return report;
  });
}

function changesMade({ counts }: SweepReport): number {
  const { created, renewed, adopted, restored, linked, deleted } = counts;
  return created + renewed + adopted + restored + linked + deleted;
}

/** Nothing is written before the tokens are there: whoever interrupts needn't wait for AWS. */
function untilStopped(credentials: CredentialSource, stop: AbortSignal): CredentialSource {
  return {
    covers: credentials.covers,
    mint: (registry) =>
      unlessStopped(credentials.mint(registry), stop).catch((error: unknown) => {
        throw error instanceof Interrupted
          ? new MintError("unreachable", "interrupted before AWS answered")
          : error;
      }),
  };
}
