/** What somebody asks for, and a plan has no use for: said, so that nobody believes it was done. */
import type { RegistrationPlan } from "../../registration/plan-registration.ts";
import type { Problem } from "../../registration/problems.ts";
import type { RegisterOptions } from "./register-options.ts";

export function unusedOptions(
  { record, wish: { cluster, owner } }: Pick<RegistrationPlan, "record" | "wish">,
  { tokenLifetime, kmsKeyId }: RegisterOptions,
): readonly Problem[] {
  const unused: Problem[] = [];
  if (tokenLifetime !== undefined && record.action === "keep") {
    unused.push({
      message: "--token-lifetime is for a new credential, and the one that is stored stays",
      hint: "add --renew to ask for a new one",
    });
  }
  if (kmsKeyId !== undefined && record.action !== "create") {
    unused.push({
      message: "--kms-key-id is for a new record, and this one keeps the key that it has",
      hint: `to change that: aws secretsmanager update-secret --secret-id ecr-pull-secrets/${owner.stage}/clusters/${cluster} --kms-key-id <key>`,
    });
  }
  return unused;
}
