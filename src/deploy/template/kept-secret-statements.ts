/** Reading the logins of other registries: of each secret that the config names, and of no other. */
import type { StaticRegistryConfig } from "../../config/stage-config.ts";
import { readSecretsBy } from "./key-statements.ts";
import { filled, ownArn, pseudo } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

const readActions = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"];

export function keptSecretStatements(registries: readonly StaticRegistryConfig[]): Statement[] {
  if (registries.length === 0) return [];
  const arns = new Set(registries.map(({ secretId }) => arnOf(secretId)));
  return [allow(readActions, [...arns].map(filled)), ...decryptStatements(registries)];
}

function decryptStatements(registries: readonly StaticRegistryConfig[]): Statement[] {
  const statements = registries.flatMap(({ secretId, kmsKeyArn }) =>
    kmsKeyArn === undefined ? [] : [readSecretsBy(kmsKeyArn, regionOf(secretId))],
  );
  return [...new Map(statements.map((each) => [JSON.stringify(each), each])).values()];
}

/**
 * AWS puts a hyphen and six characters behind a secret's name, and policies go by the whole: with
 * question marks, a secret whose name only begins alike isn't meant.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
function arnOf(secretId: string): string {
  const arn = isArn(secretId) ? secretId : ownArn("secretsmanager", `secret:${secretId}`);
  return isArn(secretId) && /-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-??????`;
}

/** Of a secret that is named without one: the stack's own. */
function regionOf(secretId: string): string {
  return (isArn(secretId) ? secretId.split(":")[3] : undefined) ?? pseudo("Region");
}

function isArn(secretId: string): boolean {
  return secretId.startsWith("arn:");
}
