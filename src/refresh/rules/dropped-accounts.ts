/**
 * Service accounts that a secret remembers and the config no longer asks to link. What nobody
 * remembers, a person may have linked, and stays. Pure.
 */
import type { NamedAccounts } from "../../pull-secrets/named-accounts.ts";
import { type ReadStamps, readStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret, Owner } from "../desired.ts";
import type { SecretState, ServiceAccountState } from "../ports.ts";
import type { AccountLink } from "./link-accounts.ts";
import { ownership } from "./ownership.ts";
import { rememberedIn } from "./remembered-accounts.ts";

type Wanted = Pick<DesiredPullSecret, "serviceAccounts">;

/** Stands for all accounts: of which of them are dropped, the names don't tell. */
export const everyAccount = "*";

/** Anybody can write an annotation: it must not make a sweep ask for thousands of names. */
const maxNames = 100;

/**
 * Names to look at: what most secrets remember comes first, but for `everyAccount`, if one remembers
 * all. What another deployment's secrets remember, we mayn't even list.
 */
export function droppedNames(
  secret: Wanted,
  states: readonly SecretState[],
  owner: Owner,
): readonly string[] {
  const ours = states
    .map(({ annotations }) => readStamps(annotations))
    .filter((stamps) => /^(ours|trial)$/.test(ownership(stamps.owner, owner)));
  const dropped = ours.flatMap((stamps) => droppedBy(secret, stamps));
  const counts = [...Map.groupBy(dropped, (name) => name)];
  const ranked = counts.toSorted(([, one], [, other]) => other.length - one.length);
  const names = ranked.map(([name]) => name).filter((name) => name !== everyAccount);
  // The right to list all may be missing where single names may be looked at: they are, all the same.
  return [...(counts.length > names.length ? [everyAccount] : []), ...names.slice(0, maxNames)];
}

/** Of one secret. */
export function droppedBy({ serviceAccounts }: Wanted, stamps: ReadStamps): readonly string[] {
  const remembered = rememberedIn(stamps);
  if (serviceAccounts === "all" || remembered === undefined) {
    return [];
  }
  return remembered === "all"
    ? [everyAccount]
    : remembered.filter((name) => !serviceAccounts.includes(name));
}

export interface RememberedPlaces {
  /** By namespace, what the secret there remembers. */
  readonly remembered: ReadonlyMap<string, NamedAccounts>;
  /** Namespaces whose secret is about to go: nothing may name it there. */
  readonly doomed: ReadonlySet<string>;
}

/** @returns links to be taken out, of the accounts that were seen */
export function judgeUnlinks(
  secret: Pick<DesiredPullSecret, "name" | "serviceAccounts">,
  { remembered, doomed }: RememberedPlaces,
  accounts: readonly ServiceAccountState[],
): AccountLink[] {
  const isOurs = ({ namespace, name }: ServiceAccountState) => {
    const isWanted = isAmong(secret.serviceAccounts, name);
    const isRemembered = isAmong(remembered.get(namespace) ?? [], name);
    return doomed.has(namespace) ? isWanted || isRemembered : isRemembered && !isWanted;
  };
  return accounts
    .filter(({ imagePullSecrets }) => imagePullSecrets.includes(secret.name))
    .filter(isOurs)
    .map((account) => ({ account, pullSecret: secret.name }));
}

function isAmong(accounts: NamedAccounts, name: string): boolean {
  return accounts === "all" || accounts.includes(name);
}
