/** Names of stages, and the config files that make them. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { quote } from "../../config/quote.ts";
import { UsageError } from "../../errors.ts";
import type { Settings } from "../../settings.ts";

/**
 * What CloudFormation takes in a stack's name; longer ones leave no room for the region in the names
 * of the stage's roles, however short the region is.
 */
const stagePattern = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,26}[A-Za-z0-9])?$/;

const folder = "config";

/** Undefined: nobody names one. @throws UsageError for what is no stage's name */
export function namedStage(flag: string | undefined, { stage }: Settings): string | undefined {
  const source = flag === undefined ? "ECR_PULL_SECRETS_STAGE" : "--stage";
  const name = flag ?? stage;
  return name === undefined ? undefined : checkedStage(name, source);
}

/** @throws UsageError */
export function checkedStage(name: string, source: string): string {
  if (!stagePattern.test(name)) {
    throw new UsageError(`${source}: expected a stage's name, found ${quote(name)}`, {
      hint: 'a stage has up to 28 letters, digits and "-", with a letter or digit at both ends: it becomes a part of names in AWS, and of config/<stage>.yml',
    });
  }
  return name;
}

export function configFileOf(stage: string): string {
  return `${folder}/${stage}.yml`;
}

/** The stages that have a config file, by name. */
export async function configuredStages(root: string): Promise<readonly string[]> {
  const files = await readdir(join(root, folder)).catch(() => []);
  return files
    .filter((file) => file.endsWith(".yml"))
    .map((file) => basename(file, ".yml"))
    .filter((stage) => stagePattern.test(stage))
    .sort();
}
