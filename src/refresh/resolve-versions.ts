/**
 * Which version of a kept login a sweep goes by: asked before each plan, so that a new one is seen as
 * another source. A version that can't be known fails its registry, and leaves what is there.
 */
import { MintError } from "../errors.ts";
import type { DesiredPullSecret } from "./desired.ts";
import type { CredentialSource } from "./ports.ts";
import { type Registry, type StaticRegistry, staticRegistry } from "./registries.ts";

export async function resolveVersions(
  desired: readonly DesiredPullSecret[],
  credentials: Pick<CredentialSource, "currentVersion">,
): Promise<readonly DesiredPullSecret[]> {
  return await Promise.all(
    desired.map(async (secret) => ({
      ...secret,
      registries: await Promise.all(
        secret.registries.map((registry) =>
          registry.type === "static" ? resolveOne(registry, credentials) : registry,
        ),
      ),
    })),
  );
}

async function resolveOne(
  registry: StaticRegistry,
  credentials: Pick<CredentialSource, "currentVersion">,
): Promise<Registry> {
  try {
    return staticRegistry(registry, await credentials.currentVersion(registry));
  } catch (error) {
    if (error instanceof MintError) return { ...registry, unresolved: error };
    throw error;
  }
}
