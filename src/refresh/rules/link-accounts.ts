/** Which service accounts still lack a pull secret among their imagePullSecrets. Pure. */
import type { DesiredPullSecret } from "../desired.ts";
import type { ServiceAccountState } from "../ports.ts";

export interface AccountLink {
  readonly account: ServiceAccountState;
  readonly pullSecret: string;
}

/** @param namespaces where the secret is ours, or is about to be */
export function accountsToLink(
  secret: DesiredPullSecret,
  namespaces: ReadonlySet<string>,
  accounts: readonly ServiceAccountState[],
): AccountLink[] {
  return accounts
    .filter(({ namespace }) => namespaces.has(namespace))
    .filter(({ name }) => secret.serviceAccounts === "all" || secret.serviceAccounts.includes(name))
    .filter(({ imagePullSecrets }) => !imagePullSecrets.includes(secret.name))
    .map((account) => ({ account, pullSecret: secret.name }));
}
