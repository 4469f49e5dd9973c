/** What has to be said of options that somebody gave: of no use here, or more is to be done. */
import { recordPrefix } from "../../clusters/record-name.ts";
import type { RegistrationPlan } from "../../registration/plan-registration.ts";
import type { Problem } from "../../registration/problems.ts";
import { roleName } from "../../stack/names.ts";
import type { RegisterOptions } from "./register-options.ts";

/** @param stackKey the config's own, which the stack lets its function use; undefined: none */
export function optionRemarks(
  { record, wish }: Pick<RegistrationPlan, "record" | "wish">,
  { tokenLifetime, kmsKeyId }: RegisterOptions,
  stackKey: string | undefined,
): readonly Problem[] {
  const isNew = record.action === "create";
  return [
    ...(tokenLifetime !== undefined && record.action === "keep" ? [uselessLifetime] : []),
    ...(kmsKeyId !== undefined && !isNew ? [uselessKey(wish)] : []),
    ...(kmsKeyId !== undefined && isNew && kmsKeyId !== stackKey ? [lockedOut(wish)] : []),
  ];
}

const uselessLifetime: Problem = {
  message: "--token-lifetime is for a new credential, and the one that is stored stays",
  hint: "add --renew to ask for a new one",
};

type Wish = RegistrationPlan["wish"];

function uselessKey({ cluster, owner: { stage } }: Wish): Problem {
  return {
    message: "--kms-key-id is for a new record, and this one keeps the key that it has",
    hint: `to change that: aws secretsmanager update-secret --secret-id ${recordPrefix(stage)}${cluster} --kms-key-id <key>`,
  };
}

function lockedOut({ owner: { stage, region } }: Wish): Problem {
  return {
    message: "the deployed function has to be allowed to use that key, and the stack doesn't do it",
    hint: `name it in config/${stage}.yml as aws.kmsKeyArn and deploy, or allow its role, ${roleName(stage, "refresh", region)}, kms:Decrypt and kms:GenerateDataKey in the key's policy`,
  };
}
