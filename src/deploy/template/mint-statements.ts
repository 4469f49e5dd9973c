/**
 * Minting registry tokens. A token carries the rights of whoever minted it, so these read rights
 * are what pods can pull: every token of the function's own role opens all that stands here, while
 * one of a registry's `roleArn` opens what that role may.
 */
import type { EcrRegistryConfig, RegistryConfig, StageConfig } from "../../config/stage-config.ts";
import { keptSecretStatements } from "./kept-secret-statements.ts";
import { pseudo, sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

export function mintStatements(config: StageConfig): Statement[] {
  const registries = config.pullSecrets.flatMap((secret) => secret.registries);
  const own = ofType(registries, "ecr").filter(({ roleArn }) => roleArn === undefined);
  const isPublic = ofType(registries, "ecr-public").some(({ roleArn }) => roleArn === undefined);
  const roles = unique([
    ...registries.flatMap((each) => ("roleArn" in each && each.roleArn) || []),
    ...config.pullSecrets.flatMap(({ format }) => ("roleArn" in format ? format.roleArn : [])),
  ]);
  return [
    ...(own.length > 0 ? [getToken, pullFrom(own)] : []),
    ...(isPublic ? [getPublicToken] : []),
    ...(roles.length > 0 ? [allow(["sts:AssumeRole"], roles)] : []),
    ...keptSecretStatements(ofType(registries, "static")),
  ];
}

/** AWS knows no resource for this action: `*` is the narrowest that it takes. */
const getToken = allow(["ecr:GetAuthorizationToken"], "*");

/**
 * Nor for these two: ECR Public asks STS for the second one in the caller's name. By itself it opens
 * nothing, as whatever else asks for such a token needs a right of its own. No condition on
 * sts:AWSServiceName: what ECR Public is called in it is documented nowhere, and AWS's own policies
 * for ECR Public have none.
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
const getPublicToken = allow(
  ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
  "*",
);

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

function ofType<T extends RegistryConfig["type"]>(registries: readonly RegistryConfig[], type: T) {
  return registries.filter(
    (each): each is Extract<RegistryConfig, { type: T }> => each.type === type,
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
