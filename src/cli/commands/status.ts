/** `status`: how the pull secrets of clusters fare; changes nothing. */
import type { Command } from "commander";
import { reportStatus } from "../../refresh/report/status-report.ts";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { chooseTarget } from "../local/choose-target.ts";
import { type LocalSweep, withLocalSweep } from "../local/local-sweep.ts";
import { addTargetOptions, type TargetOptions } from "../local/target-options.ts";
import { renderJson } from "../print/json.ts";
import { lookAt } from "../print/look.ts";
import { renderStatus } from "../print/status.ts";
import { statusAnswer } from "../registered/answers.ts";
import { openRegistered } from "../registered/open-registered.ts";
import { visitAndShow } from "../registered/visit-and-show.ts";

const description = [
  "Shows, namespace by namespace, until when the pull secrets are good, when they were",
  "refreshed, which service accounts link to them, and what is wrong. Changes nothing. The",
  "deployed function looks, so that its role and its network decide.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets status                        all registered clusters
  ecr-pull-secrets status prod-eu --stage prod
  ecr-pull-secrets status prod-eu --local        from here, not by the function
  ecr-pull-secrets status --local --context kind-kind
  ecr-pull-secrets status prod-eu --output json | jq '.[0].secrets'`;

const errand = {
  mode: "status",
  schema: statusAnswer,
  verb: "Looked at",
  writes: false,
  render: renderStatus,
} as const;

export function addStatusCommand(program: Command, run: RunCommand): void {
  addTargetOptions(program.command("status"))
    .summary("show how clusters' pull secrets fare")
    .description(description)
    .addHelpText("after", examples)
    .action((names: readonly string[], options: TargetOptions) =>
      run((cli) => status(names, options, cli)),
    );
}

async function status(
  names: readonly string[],
  options: TargetOptions,
  cli: CliRun,
): Promise<ExitCode> {
  const target = chooseTarget(names, options);
  const { output } = options;
  return target.kind === "unregistered"
    ? withLocalSweep(options, cli, async (sweep) => showStatus(sweep, output, cli))
    : visitAndShow(await openRegistered(target.names, options, cli), errand, { output, cli });
}

function showStatus(
  { planned }: LocalSweep,
  output: TargetOptions["output"],
  { context }: CliRun,
): ExitCode {
  const report = reportStatus(planned);
  const text = output === "json" ? renderJson(report) : renderStatus(report, lookAt(context));
  context.terminal.say("");
  context.terminal.print(text);
  return report.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
}
