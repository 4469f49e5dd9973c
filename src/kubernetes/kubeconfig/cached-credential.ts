import type { ClusterCredential } from "../cluster-access.ts";

export interface FetchedCredential {
  readonly credential: ClusterCredential;
  /** Undefined: as long as the program runs. */
  readonly reuseUntil: Date | undefined;
}

/** One fetch at a time, shared by all who ask meanwhile; a failed one is tried again by the next. */
export function cachedCredential(
  fetch: () => Promise<FetchedCredential>,
  now: () => Date,
): () => Promise<ClusterCredential> {
  let kept: FetchedCredential | undefined;
  let running: Promise<FetchedCredential> | undefined;
  return async () => {
    if (kept !== undefined && (kept.reuseUntil === undefined || now() < kept.reuseUntil)) {
      return kept.credential;
    }
    running ??= fetch().finally(() => {
      running = undefined;
    });
    kept = await running;
    return kept.credential;
  };
}
