/** Whose links a secret is to remember, so that those that the config drops can be taken back. Pure. */
import type { NamedAccounts } from "../../pull-secrets/named-accounts.ts";
import type { ReadStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";

/**
 * What the secret says once it is written: whom the config asks to link, and those of before that
 * still are linked, as far as anybody has looked.
 */
export function rememberedAccounts({ secret, existing, stillLinked = [] }: ToBeWritten) {
  const wanted: NamedAccounts = secret.serviceAccounts;
  const earlier = existing && rememberedIn(existing.stamps);
  const owed = stillLinked.length > 0;
  if (wanted === "all" || (earlier === "all" && owed)) {
    return "all";
  }
  const names =
    earlier === "all" ? [] : (earlier ?? []).filter((name) => stillLinked.includes(name));
  return [...new Set([...wanted, ...names])];
}

/** Of a write, what this goes by. */
interface ToBeWritten {
  readonly secret: Pick<DesiredPullSecret, "serviceAccounts">;
  readonly existing: { readonly stamps: ReadStamps } | undefined;
  /** Names that the config has dropped, of accounts that link the secret, or may do so. */
  readonly stillLinked?: readonly string[] | undefined;
}

/** An annotation beside no owner of ours isn't ours. */
export function rememberedIn({ owner, serviceAccounts }: ReadStamps): NamedAccounts | undefined {
  return owner === undefined ? undefined : serviceAccounts;
}
