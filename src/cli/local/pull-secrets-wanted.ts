/** What the command line asks for: the pull secrets of a config file, or of flags alone. */
import { loadConfig, parseConfig } from "../../config/load.ts";
import type { PullSecretConfig } from "../../config/stage-config.ts";
import { ConfigError, UsageError } from "../../errors.ts";
import { checkedStage, configFileOf } from "../stage/stage-name.ts";
import { type TargetOptions, unregisteredFlags } from "./target-options.ts";

const flagsForSecrets = ["name", "namespaces", "serviceAccount", "adopt"] as const;

/** @throws ConfigError, UsageError */
export async function pullSecretsWanted(
  options: TargetOptions,
  region: string,
): Promise<readonly PullSecretConfig[]> {
  const file = options.config ?? stageFile(options);
  if (file === undefined) {
    return fromFlags(options, region);
  }
  const flag = flagsForSecrets.find((name) => options[name] !== undefined);
  if (flag) {
    throw new UsageError(
      `${unregisteredFlags[flag]} can't be combined with a config file (${file})`,
      {
        hint: "say it in the config, or leave --stage and --config out",
      },
    );
  }
  return (await loadConfig(file)).pullSecrets;
}

function stageFile({ stage }: TargetOptions): string | undefined {
  return stage === undefined ? undefined : configFileOf(checkedStage(stage, "--stage"));
}

/** Checked like a config file, so that there is one set of rules; problems name the flag. */
function fromFlags(options: TargetOptions, region: string): readonly PullSecretConfig[] {
  const pullSecret = {
    name: options.name ?? "ecr-pull",
    namespaces: options.namespaces ?? { include: ["*"], exclude: ["kube-*"] },
    serviceAccounts: options.serviceAccount,
    adopt: options.adopt,
    registries: [{ type: "ecr", region }],
  };
  const text = JSON.stringify({ schedule: "rate(10 minutes)", pullSecrets: [pullSecret] });
  try {
    return parseConfig(text, "command line").pullSecrets;
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new UsageError(error.problems.map(inWordsOfFlags).join("\n"), {
        hint: "--help shows the options with examples",
      });
    }
    throw error;
  }
}

const flagsByPath = [
  ["pullSecrets[0].name", unregisteredFlags.name],
  ["pullSecrets[0].namespaces", unregisteredFlags.namespaces],
  ["pullSecrets[0].serviceAccounts", unregisteredFlags.serviceAccount],
  ["pullSecrets[0].registries", "--region"],
] as const;

function inWordsOfFlags({ path, message }: ConfigError["problems"][number]): string {
  const isAt = (field: string) => path === field || /^[.[]/.test(path.replace(field, ""));
  const flag = flagsByPath.find(([field]) => isAt(field))?.[1] ?? path;
  return `${flag}: ${message}`;
}
