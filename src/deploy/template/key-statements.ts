/** Using a KMS key: only by way of the services that encrypt with it. */
import type { StageConfig } from "../../config/stage-config.ts";
import { filled, pseudo } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

type Service = "secretsmanager" | "sns" | "sqs";

/**
 * Who writes needs a data key, and Decrypt to prove it; who reads, only Decrypt:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 *
 * @returns none without a key: AWS's own keys need no right of ours
 */
export function keyStatements(
  { aws: { kmsKeyArn } }: StageConfig,
  services: { readonly write: readonly Service[]; readonly read: readonly Service[] },
): Statement[] {
  if (kmsKeyArn === undefined) return [];
  const { write, read } = services;
  return [
    allow(["kms:GenerateDataKey"], kmsKeyArn, by(write)),
    allow(["kms:Decrypt"], kmsKeyArn, by([...new Set([...write, ...read])])),
  ];
}

/** To read secrets that are encrypted with a key of their own, in one region. */
export function readSecretsBy(kmsKeyArn: string, region: string): Statement {
  return allow(["kms:Decrypt"], kmsKeyArn, by(["secretsmanager"], region));
}

/** KMS itself writes this key, so that nobody can forge what is left open: the partition's suffix. */
function by(services: readonly Service[], region: string = pseudo("Region")) {
  const hosts = services.map((service) => filled(`${service}.${region}.*`));
  return { StringLike: { "kms:ViaService": hosts } };
}
