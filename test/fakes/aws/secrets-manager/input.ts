/** What the actions of Secrets Manager take, with the limits that its API reference names. */
import { z } from "zod";
import { ServiceFailure } from "../service.ts";
import type { SecretContent } from "./secret.ts";

const maxContentBytes = 65_536;
const sizeConstraint = `Member must have length less than or equal to ${maxContentBytes}`;

const secretId = z.string().min(1).max(2_048);
const stageLabel = z.string().min(1).max(256);
const versionId = z.string().min(32).max(64);
const tag = z.object({
  Key: z
    .string()
    .min(1)
    .max(128)
    .refine((key) => !key.startsWith("aws:"), "Member must not start with aws:"),
  Value: z.string().max(256),
});
const contentInput = {
  SecretString: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= maxContentBytes, sizeConstraint)
    .optional(),
  SecretBinary: z
    .base64()
    .min(1)
    .refine((text) => Buffer.byteLength(text, "base64") <= maxContentBytes, sizeConstraint)
    .optional(),
};

export const byId = z.object({ SecretId: secretId });
export const createInput = z.object({
  ...contentInput,
  Name: z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, "Member must be a valid name"),
  ClientRequestToken: versionId.optional(),
  Description: z.string().max(2_048).optional(),
  KmsKeyId: z.string().max(2_048).optional(),
  Tags: z.array(tag).optional(),
});
export const getInput = byId.extend({
  VersionId: versionId.optional(),
  VersionStage: stageLabel.optional(),
});
export const putInput = byId.extend({
  ...contentInput,
  ClientRequestToken: versionId.optional(),
  VersionStages: z.array(stageLabel).min(1).max(20).default(["AWSCURRENT"]),
});
export const updateInput = byId.extend({
  ...contentInput,
  ClientRequestToken: versionId.optional(),
  Description: z.string().max(2_048).optional(),
  KmsKeyId: z.string().max(2_048).optional(),
});
export const versionsInput = byId.extend({
  IncludeDeprecated: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).optional(),
});
export const moveInput = byId.extend({
  VersionStage: stageLabel,
  MoveToVersionId: versionId.optional(),
  RemoveFromVersionId: versionId.optional(),
});
export const listInput = z.object({
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  IncludePlannedDeletion: z.boolean().default(false),
  Filters: z
    .array(
      z.object({
        Key: z.enum(["name", "tag-key", "tag-value"]),
        Values: z.array(z.string().min(1)).min(1).max(10),
      }),
    )
    .default([]),
});
export const deleteInput = byId.extend({
  RecoveryWindowInDays: z.int().optional(),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
});
export const namedInput = z.object({
  SecretId: secretId.optional(),
  Name: z.string().optional(),
});
export const tagInput = byId.extend({ Tags: z.array(tag) });
export const untagInput = byId.extend({ TagKeys: z.array(tag.shape.Key) });

export type ListQuery = z.infer<typeof listInput>;

/** @throws ServiceFailure InvalidParameterException */
export function contentOf(input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretContent | undefined {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new ServiceFailure(
      "InvalidParameterException",
      "You can't specify both a binary secret value and a string secret value.",
    );
  }
  if (SecretString !== undefined) {
    return { SecretString };
  }
  return SecretBinary === undefined ? undefined : { SecretBinary };
}
