/** Whose links a secret is to remember, so that those that the config drops can be taken back. Pure. */
import type { NamedAccounts } from "../../pull-secrets/named-accounts.ts";
import type { SecretWrite } from "./judge-secret.ts";

/** What the secret says once it is written. */
export function rememberedAccounts({ secret }: SecretWrite): NamedAccounts {
  return secret.serviceAccounts;
}
