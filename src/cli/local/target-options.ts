/** The options that say which cluster is meant and what it should hold; one set for all commands. */
import { type Command, Option } from "commander";

export interface TargetOptions {
  readonly local?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly stage?: string;
  readonly config?: string;
  readonly name?: string;
  readonly namespaces?: string;
  readonly serviceAccount?: readonly string[];
  readonly adopt?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly output: "text" | "json";
}

export function addTargetOptions(command: Command): Command {
  const withTarget = command
    .optionsGroup("Which cluster:")
    .option("--local", "work from this machine, with its AWS credentials")
    .option("--context <name>", "a context of your kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
    .optionsGroup("What it should hold, by a config file:")
    .option("--stage <stage>", "the pull secrets of config/<stage>.yml")
    .option("--config <file>", "the pull secrets of another config file")
    .optionsGroup("What it should hold, without a config file:")
    .option("--name <secret>", "name of the pull secret (default: ecr-pull)")
    .option(
      "--namespaces <list>",
      'names or globs, such as "web, team-*" (default: all but kube-*)',
    )
    .option("--service-account <name...>", "accounts to link it to (default: none)")
    .option("--adopt", "take over secrets of that name that somebody else made")
    .optionsGroup("AWS:")
    .option("--region <region>", "default: $AWS_REGION; without a config file, also the registry's")
    .option("--profile <name>", "default: $AWS_PROFILE");
  return addOutputOption(withTarget);
}

export function addOutputOption(command: Command): Command {
  const output = new Option("--output <format>", "what goes to stdout").choices(["text", "json"]);
  return command.optionsGroup("Output:").addOption(output.default("text"));
}
