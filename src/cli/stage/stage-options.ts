/** The options that say which deployment is meant; one set for all commands. */
import type { Command } from "commander";

export interface StageOptions {
  readonly stage?: string;
  readonly region?: string;
  readonly profile?: string;
}

export function addStageOptions(command: Command): Command {
  return command
    .optionsGroup("Which deployment:")
    .option("--stage <stage>", "default: $ECR_PULL_SECRETS_STAGE, then the only deployed one")
    .option("--region <region>", "default: $AWS_REGION, then the AWS profile's")
    .option("--profile <name>", "a profile of the AWS CLI (default: $AWS_PROFILE)");
}
