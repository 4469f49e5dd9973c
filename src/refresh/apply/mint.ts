/** Mint: only what the plan needs, all at once; a registry that refuses stops no other. */
import { MintError } from "../../errors.ts";
import type { CredentialSource } from "../ports.ts";
import type { Registry } from "../registries.ts";
import type { MintedCredentials } from "../rules/choose-contents.ts";
import type { SecretWrite } from "../rules/secret-write.ts";

export async function mintFor(
  writes: readonly SecretWrite[],
  credentials: CredentialSource,
): Promise<MintedCredentials> {
  const needed = writes.flatMap(({ secret }) => secret.registries);
  const registries = new Map(needed.map((registry) => [registry.source, registry]));
  const minted = [...registries].map(
    async ([source, registry]) => [source, await mintOne(registry, credentials)] as const,
  );
  return new Map(await Promise.all(minted));
}

async function mintOne(registry: Registry, credentials: CredentialSource) {
  try {
    return await credentials.mint(registry);
  } catch (error) {
    if (error instanceof MintError) {
      return error;
    }
    throw error;
  }
}
