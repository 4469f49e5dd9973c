/** What AWS would refuse in the middle of a deploy, or silently leave dead: found before. Pure. */
import type { RegistryConfig } from "../config/stage-config.ts";
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
  checkKeptKeys(deployment, destination);
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

/** An ARN says where its secret is, which the config's own rules compare. */
function checkKeptKeys({ config }: Deployment, { configFile, region }: Destination): void {
  const problems = config.pullSecrets.flatMap(({ registries }, at) =>
    registries.flatMap((registry, index) => {
      const found = keyRegionOf(registry);
      if (found === undefined || found === region) return [];
      const path = `pullSecrets[${at}].registries[${index}].kmsKeyArn`;
      const message = `expected a key in ${region}, where the stage is deployed and the secret is looked for, found one in ${found}`;
      return [{ file: configFile, path, message }];
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Of a kept login's key; undefined: it has none, or is named with its region. */
function keyRegionOf(registry: RegistryConfig): string | undefined {
  const isNamed = registry.type === "static" && !registry.secretId.startsWith("arn:");
  return isNamed ? registry.kmsKeyArn?.split(":")[3] : undefined;
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
