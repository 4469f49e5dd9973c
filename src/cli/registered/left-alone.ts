/** A local cluster, of which the function answers that it leaves it to a runner inside its network. */
import type { Cause, Visit } from "./visit.ts";

export const leftAlone = {
  kind: "local",
  message: "left to a runner inside its network (localClusters)",
  hint: "from a place that reaches it, name it and add --local",
} as const satisfies Cause;

/** Whoever names a cluster wants it asked; of all of them, one that isn't is as it should be. */
export function failedIfNamed<Report>(visit: Visit<Report>, areNamed: boolean): Visit<Report> {
  return visit.kind === "local" && areNamed
    ? { ...visit, kind: "failed", causes: [leftAlone] }
    : visit;
}
