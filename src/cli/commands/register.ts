/** `register`: from an administrator's kubeconfig to a cluster that is refreshed. */
import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { changesSomething, type RegistrationPlan } from "../../registration/plan-registration.ts";
import { prepareAsIs } from "../../registration/prepare-as-is.ts";
import { prepareRegistration } from "../../registration/prepare-registration.ts";
import { type Problem, problemsOf } from "../../registration/problems.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { renderRegistrationPlan } from "../print/registration/plan.ts";
import { planAsJson } from "../print/registration/plan-as-json.ts";
import { renderProblem } from "../print/registration/problem.ts";
import { registerAll } from "../register/all/register-all.ts";
import { carryOutLive } from "../register/carry-out-live.ts";
import { type OpenedRegistration, openRegistration } from "../register/open-registration.ts";
import { optionRemarks } from "../register/option-remarks.ts";
import { requireAllAlone } from "../register/other-access.ts";
import { printManifests } from "../register/print-manifests.ts";
import { addRegisterOptions, type RegisterOptions } from "../register/register-options.ts";
import { requestOf } from "../register/register-request.ts";

const description = `Registers a cluster: grants the deployed function the least rights that the
config needs there, and stores a kubeconfig for it in AWS Secrets Manager. Shows
what it will do, asks, does it, proves that it works, and sweeps the cluster.
Run again, it does only what is missing or has changed.`;

const examples = `
Examples:
  ecr-pull-secrets register prod-eu --context prod-eu --stage prod
  ecr-pull-secrets register prod-eu --context prod-eu --dry-run
  ecr-pull-secrets register edge-7 --context tunnel \\
      --server https://edge-7.example:6443
  ecr-pull-secrets register prod-eu --print-manifests > rights.yaml
  ecr-pull-secrets register prod-eu --context prod-eu --renew --yes
  ecr-pull-secrets register prod-us --eks prod-us --eks-region us-west-2
  ecr-pull-secrets register --all --dry-run`;

export function addRegisterCommand(program: Command, run: RunCommand): void {
  addRegisterOptions(program.command("register"))
    .summary("let the deployed function keep a cluster's pull secrets")
    .description(description)
    .addHelpText("after", examples)
    .action((cluster: string | undefined, options: RegisterOptions) =>
      run((cli) => register(cluster, options, cli)),
    );
}

async function register(
  cluster: string | undefined,
  options: RegisterOptions,
  cli: CliRun,
): Promise<ExitCode> {
  if (options.all || cluster === undefined) {
    requireAllAlone(cluster, options);
    requireAnswer(options, cli);
    return registerAll(options, cli);
  }
  const request = requestOf(cluster, options);
  if (options.printManifests) {
    return printManifests(request, options, cli);
  }
  requireAnswer(options, cli);
  try {
    await using opened = await openRegistration(request, options, cli);
    // Awaited here: the connections end with this scope.
    return await planAndCarryOut(opened, options, cli);
  } catch (error) {
    if (cli.interrupt.stop.aborted || error instanceof UsageError) {
      throw error;
    }
    return showProblems(problemsOf(error), cli);
  }
}

function requireAnswer({ dryRun, yes }: RegisterOptions, { context }: CliRun): void {
  if (!dryRun && !yes && !context.terminal.interactive) {
    throw new UsageError("there is no terminal to ask on", {
      hint: "add --yes to go ahead, or --dry-run to only see the plan",
    });
  }
}

async function planAndCarryOut(
  opened: OpenedRegistration,
  options: RegisterOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const { dryRun, yes, output, acceptWiderRights } = options;
  const ports = { ...opened.stage, ...opened, admin: opened.cluster.admin };
  const { wish, facts, brought } = opened;
  const prepared = brought
    ? await prepareAsIs(
        wish,
        { credential: brought, acceptWider: acceptWiderRights ?? false },
        ports,
      )
    : await prepareRegistration(wish, facts, ports);
  const remarks = optionRemarks(prepared, options, opened.stage.config.aws.kmsKeyArn);
  const plan = { ...prepared, warnings: [...prepared.warnings, ...remarks] };
  if (dryRun) {
    return showPlan(plan, output === "json", cli);
  }
  if (changesSomething(plan)) {
    cli.context.terminal.say(`\n${renderRegistrationPlan(plan, lookAt(cli.context, "stderr"))}\n`);
  }
  return yes || (await isWanted(plan, cli))
    ? carryOutLive(plan, opened, { output, cli })
    : exitCodes.ok;
}

function showPlan(plan: RegistrationPlan, asData: boolean, { context }: CliRun): ExitCode {
  const asText = () => renderRegistrationPlan(plan, lookAt(context));
  context.terminal.say("");
  context.terminal.print(asData ? renderJson(planAsJson(plan)) : asText());
  return exitCodes.ok;
}

const questions = {
  create: "Register",
  replace: "Give a new credential to",
  keep: "Update the rights in",
} as const;

async function isWanted(plan: RegistrationPlan, cli: CliRun): Promise<boolean> {
  const { terminal } = cli.context;
  if (!changesSomething(plan)) {
    return true;
  }
  const question = `${questions[plan.record.action]} ${plan.wish.cluster}?`;
  const wanted = await terminal.confirm(question, cli.interrupt.stop);
  if (!wanted) {
    terminal.say("Nothing was changed.");
  }
  return wanted;
}

function showProblems(problems: readonly Problem[], { context }: CliRun): ExitCode {
  const look = lookAt(context, "stderr");
  for (const problem of problems) {
    context.terminal.say(renderProblem(problem, look));
  }
  return exitCodes.failed;
}
