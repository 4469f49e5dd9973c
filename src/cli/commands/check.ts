/** `check`: a diagnosis of registered clusters, and of the stack that serves them. */
import type { Command } from "commander";
import type { CheckResult } from "../../checks/check-report.ts";
import { checkStack } from "../../checks/check-stack.ts";
import { reportStage } from "../../checks/stage-report.ts";
import { formatImage, parseImage } from "../../registries/image-reference.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { chooseTarget } from "../local/choose-target.ts";
import { addOutputOption } from "../local/target-options.ts";
import { renderStageReport } from "../print/checks.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { diagnoseEach } from "../registered/diagnose.ts";
import { openRegistered, type RegisteredOptions } from "../registered/open-registered.ts";
import { noneRegistered } from "../registered/visit-and-show.ts";
import type { FoundStage } from "../stage/open-stage.ts";
import { addStageOptions } from "../stage/stage-options.ts";
import { unlessStopped } from "../terminal/interrupt.ts";
import { stepsOn } from "../terminal/steps.ts";

interface CheckOptions extends RegisteredOptions {
  readonly image?: string;
  readonly output: "text" | "json";
}

const description = [
  "Looks for what is wrong with registered clusters, from the record to the rights of its",
  "credential, from the registries' tokens to the pull secrets, and at the deployed stack. Each",
  "check that fails says what to do. Changes nothing. The deployed function looks, so that its",
  "role, its network and its config decide.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets check                         all registered clusters
  ecr-pull-secrets check prod-eu --stage prod
  ecr-pull-secrets check prod-eu --local         from here, not by the function
  ecr-pull-secrets check prod-eu --image \\
      111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1.4
                                                 may it pull this? if not, why?
  ecr-pull-secrets check --output json`;

export function addCheckCommand(program: Command, run: RunCommand): void {
  const command = program
    .command("check")
    .argument("[cluster...]", "names of registered clusters (default: all of them)")
    .optionsGroup("Image:")
    .option(
      "--image <image>",
      "ask its registry for it, with the token that the cluster would hold; if AWS refuses it, print the policies that would allow it",
    );
  addOutputOption(
    addStageOptions(command)
      .optionsGroup("From this machine:")
      .option(
        "--local",
        "look from here, with your AWS credentials and the config beside you; without it, localClusters are judged by their records alone",
      ),
  )
    .summary("find out what is wrong, and what to do")
    .description(description)
    .addHelpText("after", examples)
    .action((names: readonly string[], options: CheckOptions) =>
      run((cli) => check(names, options, cli)),
    );
}

async function check(
  names: readonly string[],
  options: CheckOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const { output } = options;
  // `--local` says who looks, and nothing else: there is no check of what isn't registered.
  const target = chooseTarget(names, { output });
  const wanted = target.kind === "registered" ? target.names : [];
  const image = options.image === undefined ? undefined : formatImage(parseImage(options.image));
  const registered = await openRegistered(wanted, options, cli);
  const { terminal } = cli.context;
  const { stage } = registered;
  const stack = await lookAtStack(stage, cli);
  if (registered.names.length === 0) {
    terminal.say(noneRegistered(stage));
  }
  const report = reportStage(stage.owner, stack, await diagnoseEach(registered, image, cli));
  terminal.say("");
  terminal.print(
    output === "json" ? renderJson(report) : renderStageReport(report, lookAt(cli.context)),
  );
  if (cli.interrupt.stop.aborted) {
    return exitCodes.interrupted;
  }
  return report.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
}

function lookAtStack(
  { stack, owner }: FoundStage,
  { context, interrupt }: CliRun,
): Promise<readonly CheckResult[]> {
  const { stage } = owner;
  return stepsOn(context.terminal)(`Look at the stack of stage ${stage}`, async (retitle) => {
    const results = await unlessStopped(checkStack(stack, owner), interrupt.stop);
    retitle(`Looked at the stack of stage ${stage}`);
    return results;
  });
}
