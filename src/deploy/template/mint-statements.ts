/**
 * Minting registry tokens. A token carries the rights of whoever minted it, so these read rights
 * are what pods can pull: every token of the function's own role opens all that stands here, while
 * one of a registry's `roleArn` opens what that role may.
 */
import type { EcrRegistryConfig, StageConfig } from "../../config/stage-config.ts";
import { pseudo, sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

export function mintStatements(config: StageConfig): Statement[] {
  const registries = config.pullSecrets.flatMap((secret) => secret.registries);
  const own = registries
    .filter((each) => each.type === "ecr")
    .filter(({ roleArn }) => roleArn === undefined);
  const roles = unique(registries.flatMap((each) => ("roleArn" in each && each.roleArn) || []));
  return [
    ...(own.length > 0 ? [getToken, pullFrom(own)] : []),
    ...(roles.length > 0 ? [allow(["sts:AssumeRole"], roles)] : []),
  ];
}

/** AWS knows no resource for this action: `*` is the narrowest that it takes. */
const getToken = allow(["ecr:GetAuthorizationToken"], "*");

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const pullActions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

function pullFrom(registries: readonly EcrRegistryConfig[]): Statement {
  return allow(pullActions, unique(registries.flatMap(repositoriesOf)).map(sub));
}

/** IAM's `*` and `?` mean what they mean in the config, and `*` takes slashes as well. */
function repositoriesOf({ region, accounts, repositories }: EcrRegistryConfig): string[] {
  return (accounts ?? [pseudo("AccountId")]).flatMap((account) =>
    (repositories ?? ["*"]).map(
      (name) => `arn:${pseudo("Partition")}:ecr:${region}:${account}:repository/${name}`,
    ),
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
