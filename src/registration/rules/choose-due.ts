/** Which registered clusters hold other rights than the config asks for, by their tags alone. Pure. */
import type { ListedCluster } from "../../clusters/store.ts";
import type { PullSecretConfig } from "../../config/stage-config.ts";
import { desiredPullSecrets, type Owner } from "../../refresh/desired.ts";
import { rightsStanding } from "../../rights/standing.ts";

export interface DueClusters {
  readonly due: readonly ListedCluster[];
  readonly current: readonly string[];
  /** The config wants nothing there. */
  readonly unused: readonly string[];
}

export interface DueRules {
  readonly pullSecrets: readonly PullSecretConfig[];
  readonly owner: Owner;
  /** Also those whose tags say that all is well. */
  readonly everyone: boolean;
}

export function chooseDue(
  clusters: readonly ListedCluster[],
  { pullSecrets, owner, everyone }: DueRules,
): DueClusters {
  const verdicts = Map.groupBy(clusters, ({ name, state }) => {
    const standing = rightsStanding(state.rbac, desiredPullSecrets(pullSecrets, name, owner));
    if (standing === "unused") {
      return "unused";
    }
    return everyone || standing !== "ok" ? "due" : "current";
  });
  const namesOf = (verdict: "current" | "unused") =>
    (verdicts.get(verdict) ?? []).map(({ name }) => name).sort();
  const due = (verdicts.get("due") ?? []).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  return { due, current: namesOf("current"), unused: namesOf("unused") };
}
