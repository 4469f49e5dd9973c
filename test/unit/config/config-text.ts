import { expect } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { ConfigError, type ConfigProblem } from "../../../src/errors.ts";

export const file = "config/dev.yml";

export const registries = "registries: [{ type: ecr, region: us-east-1 }]";

/** A config with one pull secret, `lines` being the rest of it. */
export function pullSecretWith(...lines: readonly string[]): string {
  const fields = lines.flatMap((line) => line.split("\n")).map((line) => `    ${line}\n`);
  return `pullSecrets:\n  - name: ecr-pull\n${fields.join("")}`;
}

export function onlyPullSecret(text: string): PullSecretConfig {
  const { pullSecrets } = parseConfig(text, file);
  const [pullSecret] = pullSecrets;
  expect(pullSecrets).toHaveLength(1);
  if (pullSecret === undefined) throw new Error("no pull secret");
  return pullSecret;
}

export function problemsIn(text: string): readonly ConfigProblem[] {
  try {
    parseConfig(text, file);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
