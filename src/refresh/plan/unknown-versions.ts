/**
 * Kept logins of which a sweep can't know whether they are still those in the cluster: what is there
 * stays, and is reported, since a new login wouldn't be noticed either. Pure.
 */
import type { MintError } from "../../errors.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { Plan } from "./plan.ts";

export interface UnknownVersion {
  readonly pullSecret: string;
  /** The registry's key. */
  readonly registry: string;
  /** Where the secret is ours, or is about to be, or would be if it weren't for this. */
  readonly namespaces: readonly string[];
  readonly error: MintError;
}

export function unknownVersions(
  desired: readonly DesiredPullSecret[],
  { current, writes, findings }: Pick<Plan, "current" | "writes" | "findings">,
): UnknownVersion[] {
  return desired.flatMap(({ name: pullSecret, registries }) => {
    const namespaces = [
      ...current.filter((each) => each.pullSecret === pullSecret),
      ...writes.filter(({ secret }) => secret.name === pullSecret),
      ...findings.filter((each) => each.kind === "adopt-held" && each.pullSecret === pullSecret),
    ].map(({ namespace }) => namespace);
    if (namespaces.length === 0) return [];
    return registries.flatMap((registry) => {
      const error = registry.type === "static" ? registry.unresolved : undefined;
      return error ? [{ pullSecret, registry: registry.key, namespaces, error }] : [];
    });
  });
}
