/** Which service accounts have a pull secret among their imagePullSecrets, and which lack it. Pure. */
import type { DesiredPullSecret } from "../desired.ts";
import type { ServiceAccountState } from "../ports.ts";

export interface AccountLink {
  readonly account: ServiceAccountState;
  readonly pullSecret: string;
}

export interface AccountLinks {
  readonly linked: readonly AccountLink[];
  /** To be linked. */
  readonly missing: readonly AccountLink[];
}

/** @param namespaces where the secret is ours, or is about to be */
export function judgeAccounts(
  secret: DesiredPullSecret,
  namespaces: ReadonlySet<string>,
  accounts: readonly ServiceAccountState[],
): AccountLinks {
  const links = accounts
    .filter(({ namespace }) => namespaces.has(namespace))
    .filter(({ name }) => secret.serviceAccounts === "all" || secret.serviceAccounts.includes(name))
    .map((account) => ({ account, pullSecret: secret.name }));
  const isLinked = ({ account }: AccountLink) => account.imagePullSecrets.includes(secret.name);
  return { linked: links.filter(isLinked), missing: links.filter((link) => !isLinked(link)) };
}
