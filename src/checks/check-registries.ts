/** Ask every registry that the config names for this cluster for its token. */
import { MintError } from "../errors.ts";
import type { Credential } from "../refresh/credential.ts";
import type { CredentialSource } from "../refresh/ports.ts";
import type { Registry } from "../refresh/registries.ts";
import { catalogue, skipped } from "./catalogue.ts";
import type { CheckResult } from "./check-report.ts";
import type { Diagnosis } from "./diagnosis.ts";
import {
  distinctRegistries,
  judgeRegistries,
  judgeWanted,
  type TriedRegistry,
} from "./rules/judge-registries.ts";

export async function checkRegistries(
  { desired, isLeftAlone, next }: Diagnosis,
  credentials: Pick<CredentialSource, "mint">,
): Promise<readonly CheckResult[]> {
  const wanted = judgeWanted(desired, next);
  if (desired.length === 0) {
    return [wanted, skipped(catalogue.tokens, catalogue.wanted)];
  }
  if (isLeftAlone) {
    // The runner has credentials of its own.
    return [wanted, skipped(catalogue.tokens, catalogue.reached)];
  }
  const registries = distinctRegistries(desired);
  const tried = await Promise.all(registries.map((each) => tryOne(each, credentials)));
  return [wanted, ...judgeRegistries(tried)];
}

async function tryOne(
  registry: Registry,
  credentials: Pick<CredentialSource, "mint">,
): Promise<TriedRegistry> {
  const { key } = registry;
  const minted = await mintOrError(registry, credentials);
  return { key, error: minted instanceof MintError ? minted : undefined };
}

export async function mintOrError(
  registry: Registry,
  credentials: Pick<CredentialSource, "mint">,
): Promise<Credential | MintError> {
  try {
    return await credentials.mint(registry);
  } catch (error) {
    if (error instanceof MintError) {
      return error;
    }
    throw error;
  }
}
