/** Secrets of ours where the config no longer wants them. Pure. */
import type { DesiredPullSecret } from "../desired.ts";
import type { SecretState } from "../ports.ts";
import { type Finding, orphanedSecret, pruneHeld } from "./findings.ts";

export interface SecretDeletion {
  readonly pullSecret: string;
  readonly namespace: string;
  /** Precondition: a secret that was made anew under this name stays. */
  readonly uid: string;
}

/** A slip in the config must not empty a cluster: at most this share goes in one sweep. */
const maxPrunedShare = 0.2;

/**
 * @param owned every secret of this name that is ours
 * @param wanted namespaces that the config selects
 */
export function judgeOrphans(
  secret: DesiredPullSecret,
  owned: readonly SecretState[],
  wanted: ReadonlySet<string>,
): { readonly deletions: SecretDeletion[]; readonly findings: Finding[] } {
  const orphans = owned.filter(({ namespace }) => !wanted.has(namespace));
  if (!secret.prune) {
    return {
      deletions: [],
      findings: orphans.map((each) => orphanedSecret(each.name, each.namespace)),
    };
  }
  // One at a time where a fifth is less than one: otherwise small clusters would never be pruned.
  const limit = Math.max(1, Math.floor(owned.length * maxPrunedShare));
  return {
    deletions: orphans.slice(0, limit).map(toDeletion),
    findings: orphans.slice(limit).map((each) => pruneHeld(each.name, each.namespace)),
  };
}

function toDeletion({ name, namespace, uid }: SecretState): SecretDeletion {
  return { pullSecret: name, namespace, uid };
}
