/**
 * What `serverless.yml` takes from a stage's config: the schedule, and the IAM statements that this
 * config needs, and no others. A bad config fails here, before anything is packaged.
 */
import { loadConfig } from "../config/load.ts";
import type { RegistryConfig, StageConfig } from "../config/stage-config.ts";

export interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | object | readonly (string | object)[];
}

export interface StageVariables {
  readonly configFile: string;
  readonly schedule: string;
  readonly mintStatements: readonly Statement[];
}

/** @throws ConfigError with every problem of the stage's config */
export async function stageVariables(stage: string): Promise<StageVariables> {
  const configFile = `config/${stage}.yml`;
  const config = await loadConfig(configFile);
  return {
    configFile,
    schedule: config.schedule.expression,
    mintStatements: mintStatements(config),
  };
}

/**
 * Minting registry tokens. A token carries the rights of whoever minted it, so these read rights
 * are what pods can pull.
 */
export function mintStatements(config: StageConfig): Statement[] {
  const registries = config.pullSecrets.flatMap((secret) => secret.registries);
  const own = registries.filter(({ roleArn }) => roleArn === undefined);
  const roles = unique(registries.flatMap(({ roleArn }) => roleArn ?? []));
  return [
    ...(own.length > 0 ? [getToken, pullFrom(own)] : []),
    ...(roles.length > 0 ? [allow(["sts:AssumeRole"], roles)] : []),
  ];
}

/** AWS knows no resource for this action: `*` is the narrowest that it takes. */
const getToken = allow(["ecr:GetAuthorizationToken"], "*");

function pullFrom(registries: readonly RegistryConfig[]): Statement {
  const repositories = registries.flatMap(({ region, accounts }) =>
    (accounts ?? [thisAccount]).map((account) => repositoriesOf(region, account)),
  );
  const actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  const distinct = new Map(repositories.map((each) => [JSON.stringify(each), each]));
  return allow(actions, [...distinct.values()]);
}

/** CloudFormation's own variables, filled in by `Fn::Sub`. */
const pseudo = (name: string) => `\${AWS::${name}}`;
const thisAccount = pseudo("AccountId");

function repositoriesOf(region: string, account: string) {
  return { "Fn::Sub": `arn:${pseudo("Partition")}:ecr:${region}:${account}:repository/*` };
}

function allow(actions: readonly string[], resource: Statement["Resource"]): Statement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
