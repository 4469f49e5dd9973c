/** The options that say which clusters are meant, and what they should hold; one set for all. */
import { type Command, Option } from "commander";
import { addStageOptions, type StageOptions } from "../stage/stage-options.ts";

export interface TargetOptions extends StageOptions {
  readonly local?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly name?: string;
  readonly namespaces?: string;
  readonly serviceAccount?: readonly string[];
  readonly adopt?: boolean;
  readonly output: "text" | "json";
}

/** Options of a cluster that isn't registered: a record says all this of one that is. */
export const unregisteredFlags = {
  context: "--context",
  kubeconfig: "--kubeconfig",
  config: "--config",
  name: "--name",
  namespaces: "--namespaces",
  serviceAccount: "--service-account",
  adopt: "--adopt",
} as const satisfies Partial<Record<keyof TargetOptions, string>>;

export function addTargetOptions(command: Command): Command {
  const withStage = addStageOptions(
    command.argument("[cluster...]", "names of registered clusters (default: all of them)"),
  );
  const withTarget = withStage
    .optionsGroup("From this machine:")
    .option(
      "--local",
      "work from here, with your AWS credentials, and reach the named clusters by their records (the only way to localClusters); without a name, the cluster of your kubeconfig",
    )
    .optionsGroup("With --local, for a cluster that isn't registered:")
    .option("--context <name>", "a context of your kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--config <file>", "the pull secrets of a config file (--stage: of the stage's)")
    .option("--name <secret>", "without a config: name of the pull secret (default: ecr-pull)")
    .option(
      "--namespaces <list>",
      'names or globs, such as "web, team-*" (default: all but kube-*)',
    )
    .option("--service-account <name...>", "accounts to link it to (default: none)")
    .option("--adopt", "take over secrets of that name that somebody else made");
  return addOutputOption(withTarget);
}

export function addOutputOption(command: Command): Command {
  const output = new Option("--output <format>", "what goes to stdout").choices(["text", "json"]);
  return command.optionsGroup("Output:").addOption(output.default("text"));
}
