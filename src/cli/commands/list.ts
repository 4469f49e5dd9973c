/** `list`: which clusters are registered, and how they stand, by their records' tags alone. */
import type { Command } from "commander";
import { type CliRun, type ExitCode, exitCodes, type RunCommand } from "../context.ts";
import { addOutputOption } from "../local/target-options.ts";
import { renderJson } from "../print/json.ts";
import { renderList } from "../print/list.ts";
import { lookAt } from "../print/look.ts";
import { standings } from "../registered/cluster-standing.ts";
import { noneRegistered } from "../registered/visit-and-show.ts";
import { openStage } from "../stage/open-stage.ts";
import { addStageOptions, type StageOptions } from "../stage/stage-options.ts";
import { unlessStopped } from "../terminal/interrupt.ts";

interface ListOptions extends StageOptions {
  readonly output: "text" | "json";
}

const description = [
  "Lists the registered clusters, those with trouble first: until when their secrets are",
  "good (the soonest), until when the credential in the record is, whether sweeps fail, and",
  "whether the rights that were granted are what the config asks for. Local ones are those that",
  "it leaves to runners (localClusters). It reads the tags of the records alone: no cluster is",
  "asked. A new record may take minutes to show up.",
].join(" ");

const examples = `
Examples:
  ecr-pull-secrets list
  ecr-pull-secrets list --stage prod --region eu-west-1
  ecr-pull-secrets list --output json | jq -r '.clusters[].cluster'`;

export function addListCommand(program: Command, run: RunCommand): void {
  addOutputOption(addStageOptions(program.command("list")))
    .summary("list the registered clusters, and how they stand")
    .description(description)
    .addHelpText("after", examples)
    .action((options: ListOptions) => run((cli) => list(options, cli)));
}

async function list(options: ListOptions, cli: CliRun): Promise<ExitCode> {
  const { context, interrupt } = cli;
  const stage = await openStage(options, cli);
  const { clusters, others } = await unlessStopped(stage.clusters.list(), interrupt.stop);
  const { owner, config } = stage;
  const shown = standings(clusters, { config, owner, now: context.now() });
  const { terminal } = context;
  if (shown.length === 0) {
    terminal.say(noneRegistered(stage));
  }
  if (options.output === "json") {
    terminal.print(renderJson({ clusters: shown, others }));
  } else if (shown.length > 0 || others.length > 0) {
    terminal.say("");
    terminal.print(renderList({ stage: stage.stage, clusters: shown, others }, lookAt(context)));
  }
  return exitCodes.ok;
}
