/**
 * What goes into a secret when it is written: for each registry the new credential, the entry that
 * is there, or nothing. Pure. The rule behind it: never write an empty, expired or shorter-lived
 * credential over a better one.
 */
import { MintError } from "../../errors.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import type { Credential } from "../ports.ts";
import type { Registry } from "../registries.ts";
import type { SecretWrite } from "./judge-secret.ts";

/** By the registry's source: two pull secrets may reach one registry through different roles. */
export type MintedCredentials = ReadonlyMap<string, Credential | MintError>;

export interface Contents {
  readonly fresh: readonly FreshEntry[];
  /** Entries to take over from the secret that is there; reading it is the only way to keep them. */
  readonly carried: readonly CarriedEntry[];
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

/** @returns undefined if nothing is to be written: what is there is as good as it gets */
export function chooseContents(
  write: SecretWrite,
  minted: MintedCredentials,
  now: Date,
): Contents | undefined {
  const { registries } = write.secret;
  const got = new Map(registries.map(({ key, source }) => [key, credentialIn(minted, source)]));
  const useful = registries.some(({ key }) => got.get(key) && write.due.has(key));
  // What a foreign secret holds, and for how long, is unknown: replaced whole, or not at all.
  const incomplete = registries.some(({ key }) => !got.get(key));
  if (!useful || (write.reason.why === "adopted" && incomplete)) {
    return undefined;
  }
  const fresh: FreshEntry[] = [];
  const carried: CarriedEntry[] = [];
  for (const registry of registries) {
    const credential = got.get(registry.key);
    const stamp = validStamp(write, registry, now);
    if (stamp && (!credential || isBetter(stamp, { write, registry, credential }))) {
      carried.push({ registry, stamp, otherwise: credential });
    } else if (credential) {
      fresh.push({ registry, credential });
    }
  }
  return { fresh, carried };
}

function credentialIn(minted: MintedCredentials, source: string): Credential | undefined {
  const credential = minted.get(source);
  return credential instanceof MintError ? undefined : credential;
}

function validStamp(write: SecretWrite, { key }: Registry, now: Date): RegistryStamp | undefined {
  const stamp = write.existing?.stamps.registries.get(key);
  return stamp && (stamp.expires === null || stamp.expires > now) ? stamp : undefined;
}

/** A credential from a warm cache may be older than the one in the secret. */
function isBetter(
  stamp: RegistryStamp,
  { write, registry, credential }: FreshEntry & { readonly write: SecretWrite },
): boolean {
  const untouched = write.reason.why !== "field-taken";
  return (
    untouched &&
    stamp.source === registry.source &&
    credential.expiresAt !== null &&
    (stamp.expires === null || stamp.expires > credential.expiresAt)
  );
}
