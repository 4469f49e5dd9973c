/** What has to be said of options that somebody gave: of no use here, or more is to be done. */
import type { RegistrationPlan } from "../../registration/plan-registration.ts";
import type { Problem } from "../../registration/problems.ts";
import type { RegisterOptions } from "./register-options.ts";

export function optionRemarks(
  { record, wish: { cluster, owner } }: Pick<RegistrationPlan, "record" | "wish">,
  { tokenLifetime, kmsKeyId }: RegisterOptions,
): readonly Problem[] {
  const remarks: Problem[] = [];
  if (tokenLifetime !== undefined && record.action === "keep") {
    remarks.push({
      message: "--token-lifetime is for a new credential, and the one that is stored stays",
      hint: "add --renew to ask for a new one",
    });
  }
  if (kmsKeyId !== undefined && record.action !== "create") {
    remarks.push({
      message: "--kms-key-id is for a new record, and this one keeps the key that it has",
      hint: `to change that: aws secretsmanager update-secret --secret-id ecr-pull-secrets/${owner.stage}/clusters/${cluster} --kms-key-id <key>`,
    });
  }
  if (kmsKeyId !== undefined && record.action === "create") {
    remarks.push({
      message:
        "the deployed function has to be allowed to use that key, and the stack doesn't do it",
      hint: `allow its role, ecr-pull-secrets-${owner.stage}-refresh-${owner.region}, kms:Decrypt and kms:GenerateDataKey in the key's policy`,
    });
  }
  return remarks;
}
