/** What AWS would refuse in the middle of a deploy, or silently leave dead: found before. Pure. */
import { ConfigError } from "../errors.ts";
import { isDeployable, longestStage } from "../stack/names.ts";
import { maxPolicyCharacters, policyCharacters } from "./policy-size.ts";
import { StageError } from "./stage-error.ts";
import type { Deployment } from "./template/part.ts";

export interface Destination {
  readonly configFile: string;
  readonly region: string;
}

/** @throws StageError, ConfigError */
export function checkDeployment(deployment: Deployment, destination: Destination): void {
  checkStage(deployment.stage, destination.region);
  checkKey(deployment, destination);
  checkPolicySize(deployment, destination);
}

function checkStage(stage: string, region: string): void {
  if (isDeployable(stage, region)) return;
  const longest = longestStage(region);
  const found = stage.length > longest ? `${stage.length} characters` : "others";
  throw new StageError(
    `a stage can't be called ${JSON.stringify(stage)} in ${region}: it becomes a part of names in ` +
      `AWS, which leave it up to ${longest} letters, digits and hyphens, a letter or digit at ` +
      `both ends; found ${found}`,
    { hint: `Rename config/${stage}.yml, and deploy that: npx serverless deploy --stage <name>` },
  );
}

/** AWS encrypts only with keys of the same region. */
function checkKey({ config }: Deployment, { configFile, region }: Destination): void {
  const keyRegion = config.aws.kmsKeyArn?.split(":")[3];
  if (keyRegion === undefined || keyRegion === region) return;
  const message = `expected a key in ${region}, where the stage is deployed, found one in ${keyRegion}`;
  throw new ConfigError([{ file: configFile, path: "aws.kmsKeyArn", message }]);
}

function checkPolicySize(deployment: Deployment, { configFile, region }: Destination): void {
  const characters = policyCharacters(deployment, region);
  if (characters <= maxPolicyCharacters) return;
  const message =
    "expected fewer registries, accounts and repositories: what the refresh function's role may " +
    `pull would take ${characters} characters, and IAM holds ${maxPolicyCharacters}; a glob ` +
    "stands for many repositories, and a registry with a roleArn takes none";
  throw new ConfigError([{ file: configFile, path: "pullSecrets", message }]);
}
