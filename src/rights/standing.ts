/** Whether the rights that a cluster granted are still those that the config asks for. Pure. */
import type { DesiredPullSecret } from "../refresh/desired.ts";
import { demandOf, digestOf } from "./demand.ts";

export type RightsStanding =
  | "ok"
  /** The config asks for other ones by now. */
  | "outdated"
  /** They were granted by hand. */
  | "unknown"
  /** The config wants nothing there. */
  | "unused";

/** @param granted the digest in the record's tag */
export function rightsStanding(
  granted: string | undefined,
  desired: readonly DesiredPullSecret[],
): RightsStanding {
  if (desired.length === 0) {
    return "unused";
  }
  if (granted === undefined) {
    return "unknown";
  }
  return granted === digestOf(demandOf(desired)) ? "ok" : "outdated";
}
