/** What is read of Secrets Manager's answers; the rest isn't kept. */
import * as z from "zod";
import { KubeconfigError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";

/** Tags are read leniently: one that is malformed must not hide a cluster. */
const tag = z.object({ Key: z.string().optional(), Value: z.string().optional() }).catch({});

/** Of a secret in a list, and of one that is described. */
export const secretFields = z.object({
  Tags: z.array(tag).catch([]),
  /** Present: it is to be deleted. */
  DeletedDate: z.unknown().optional(),
});

export const describedFields = secretFields.extend({
  KmsKeyId: z.string().optional(),
  /** Version ids with their staging labels; versions without any aren't there. */
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).default({}),
});

export const writtenFields = z.object({ VersionId: z.string() });

export const valueFields = z.object({
  VersionId: z.string(),
  SecretString: z
    .string()
    .transform((text) => new SecretValue(text))
    .optional(),
});

/** @param content what is there in place of a text */
export function notText(secretName: string, content: string): KubeconfigError {
  return new KubeconfigError(
    `the record ${secretName} holds ${content}; it must be a kubeconfig as text`,
    {
      hint: `aws secretsmanager put-secret-value --secret-id ${secretName} --secret-string file://kubeconfig`,
    },
  );
}
