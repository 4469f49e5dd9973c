/** The sweep's credential source: for each type of registry, who mints for it. */
import type { Credential } from "../refresh/credential.ts";
import type { CredentialSource } from "../refresh/ports.ts";
import type { Registry } from "../refresh/registries.ts";

/** Mints for one type of registry. */
export interface MintsFor<T extends Registry, C extends Credential = Credential> {
  /** Absent: there are no versions, each credential is minted anew. @throws MintError */
  currentVersion?(registry: T): Promise<string>;
  /** @throws MintError */
  mint(registry: T): Promise<C>;
  covers(registry: T, host: string): boolean;
}

export type Mints = { readonly [T in Registry["type"]]: MintsFor<Extract<Registry, { type: T }>> };

export function createCredentialSource(mints: Mints): CredentialSource {
  // TypeScript doesn't see that a registry and what is kept under its type belong together.
  const mintsFor = (registry: Registry) => mints[registry.type] as MintsFor<Registry>;
  return {
    currentVersion: async (registry) => mintsFor(registry).currentVersion?.(registry),
    mint: (registry) => mintsFor(registry).mint(registry),
    covers: (registry, host) => mintsFor(registry).covers(registry, host),
  };
}
