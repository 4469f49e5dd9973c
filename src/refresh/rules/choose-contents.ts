/**
 * What goes into a secret when it is written: for each registry the new credential, the entry that
 * is there, or nothing. Pure. The rule behind it: never write an empty, expired or shorter-lived
 * credential over a better one. The exception: where pulls work without a login, an expired one is
 * worse than none.
 */
import { MintError } from "../../errors.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import type { Credential } from "../credential.ts";
import type { Registry } from "../registries.ts";
import type { SecretWrite } from "./secret-write.ts";

/** By the registry's source: two pull secrets may reach one registry through different roles. */
export type MintedCredentials = ReadonlyMap<string, Credential | MintError>;

export interface Contents {
  readonly fresh: readonly FreshEntry[];
  /** Entries to take over from the secret that is there; reading it is the only way to keep them. */
  readonly carried: readonly CarriedEntry[];
  /** Registries whose entry is taken out: it has expired, and can't be renewed. */
  readonly lapsed: readonly Registry[];
}

export interface FreshEntry {
  readonly registry: Registry;
  readonly credential: Credential;
}

export interface CarriedEntry {
  readonly registry: Registry;
  readonly stamp: RegistryStamp;
  /** In case the secret doesn't hold what its stamp says. */
  readonly otherwise: Credential | undefined;
}

/** A registry of the secret: what could be minted for it, and what the secret says it holds. */
interface Entry {
  readonly registry: Registry;
  readonly credential: Credential | undefined;
  readonly stamp: RegistryStamp | undefined;
}

/** @returns undefined if nothing is to be written: what is there is as good as it gets */
export function chooseContents(
  write: SecretWrite,
  minted: MintedCredentials,
  now: Date,
): Contents | undefined {
  const entries = write.secret.registries.map((registry) => entryOf(registry, write, minted));
  const useful = entries.some(
    ({ registry, credential }) => credential && write.due.has(registry.key),
  );
  const lapsed = entries.filter((entry) => hasLapsed(entry, write, now));
  // What a foreign secret holds, and for how long, is unknown: replaced whole, or not at all.
  const incomplete = entries.some(({ credential }) => !credential);
  if (!(useful || lapsed.length > 0) || (write.reason.why === "adopted" && incomplete)) {
    return undefined;
  }
  const staying = entries.filter((entry) => !lapsed.includes(entry));
  // A write that only takes an entry out leaves all others as they are, expired or not.
  const worthKeeping = (stamp: RegistryStamp) => !useful || isValid(stamp, now);
  return {
    ...sortOut(staying, write, worthKeeping),
    lapsed: lapsed.map(({ registry }) => registry),
  };
}

function entryOf(registry: Registry, write: SecretWrite, minted: MintedCredentials): Entry {
  const outcome = minted.get(registry.source);
  const credential = outcome instanceof MintError ? undefined : outcome;
  return { registry, credential, stamp: write.existing?.stamps.registries.get(registry.key) };
}

/**
 * public.ecr.aws answers anonymous pulls, only more slowly, and refuses those with a dead login.
 * Other layouts keep what they have: a pod that names a key as its environment can't start without.
 */
function hasLapsed({ registry, credential, stamp }: Entry, write: SecretWrite, now: Date): boolean {
  const canDoWithout =
    registry.type === "ecr-public" && write.secret.format.type === "dockerconfigjson";
  return canDoWithout && credential === undefined && stamp !== undefined && !isValid(stamp, now);
}

function sortOut(
  entries: readonly Entry[],
  write: SecretWrite,
  worthKeeping: (stamp: RegistryStamp) => boolean,
): Pick<Contents, "fresh" | "carried"> {
  const fresh: FreshEntry[] = [];
  const carried: CarriedEntry[] = [];
  for (const { registry, credential, stamp } of entries) {
    const kept = stamp && worthKeeping(stamp) ? stamp : undefined;
    if (kept && (!credential || isBetter(kept, { write, registry, credential }))) {
      carried.push({ registry, stamp: kept, otherwise: credential });
    } else if (credential) {
      fresh.push({ registry, credential });
    }
  }
  return { fresh, carried };
}

function isValid({ expires }: RegistryStamp, now: Date): boolean {
  return expires === null || expires > now;
}

/** A credential from a warm cache may be older than the one in the secret. */
function isBetter(
  stamp: RegistryStamp,
  { write, registry, credential }: FreshEntry & { readonly write: SecretWrite },
): boolean {
  const untouched = write.reason.why !== "field-taken";
  // Another layout holds one credential: what is to be written anew is written with the new one.
  const mayCarry = write.secret.format.type === "dockerconfigjson";
  return (
    untouched &&
    mayCarry &&
    stamp.source === registry.source &&
    credential.expiresAt !== null &&
    (stamp.expires === null || stamp.expires > credential.expiresAt)
  );
}
