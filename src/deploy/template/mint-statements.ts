/**
 * Minting registry tokens. A token carries the rights of whoever minted it, so these read rights
 * are what pods can pull.
 */
import type { RegistryConfig, StageConfig } from "../../config/stage-config.ts";
import { pseudo, sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

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
    (accounts ?? [pseudo("AccountId")]).map((account) => repositoriesOf(region, account)),
  );
  const actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  const distinct = new Map(repositories.map((each) => [JSON.stringify(each), each]));
  return allow(actions, [...distinct.values()]);
}

function repositoriesOf(region: string, account: string) {
  return sub(`arn:${pseudo("Partition")}:ecr:${region}:${account}:repository/*`);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
