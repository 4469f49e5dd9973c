/** How registered clusters stand, as far as their records' tags tell. Pure. */
import { compareNames } from "../../clusters/name-order.ts";
import type { CredentialLife } from "../../clusters/record-state.ts";
import type { ListedCluster } from "../../clusters/store.ts";
import { isLocalCluster, type StageConfig } from "../../config/stage-config.ts";
import { desiredPullSecrets, type Owner } from "../../refresh/desired.ts";
import { type RightsStanding, rightsStanding } from "../../rights/standing.ts";

export interface ClusterStanding {
  readonly cluster: string;
  readonly state:
    | "ok"
    | "failing"
    /** Nothing is known of its secrets. */
    | "never-swept"
    /** The config wants nothing there. */
    | "unused";
  readonly failingSince: Date | null;
  /** The soonest in that cluster. */
  readonly secretsExpireAt: Date | null;
  /** The first AWS session there to end; absent: none is known. */
  readonly sessionsExpireAt?: Date;
  /** Null: not known, or it doesn't expire. */
  readonly credential: CredentialLife | null;
  readonly renewalFailingSince: Date | null;
  readonly rights: RightsStanding;
  /** Left to a runner inside its network. */
  readonly local: boolean;
}

export interface Judging {
  readonly config: Pick<StageConfig, "pullSecrets" | "localClusters">;
  readonly owner: Owner;
  readonly now: Date;
}

/** The clusters that need somebody first, then those whose secrets expire first. */
export function standings(
  clusters: readonly ListedCluster[],
  judging: Judging,
): readonly ClusterStanding[] {
  const { now } = judging;
  return clusters
    .map((cluster) => standingOf(cluster, judging))
    .map((standing) => ({ standing, rank: rankOf(standing, now) }))
    .toSorted(
      (one, other) =>
        one.rank - other.rank ||
        timeOf(one.standing) - timeOf(other.standing) ||
        compareNames(one.standing.cluster, other.standing.cluster),
    )
    .map(({ standing }) => standing);
}

function standingOf({ name, state }: ListedCluster, judging: Judging): ClusterStanding {
  const desired = desiredPullSecrets(judging.config.pullSecrets, name, judging.owner);
  const { failingSince, expiresAt, sessionsExpireAt, credential, rotationFailingSince, rbac } =
    state;
  return {
    cluster: name,
    state: stateOf(state, desired.length > 0),
    failingSince: failingSince ?? null,
    secretsExpireAt: expiresAt ?? null,
    ...(sessionsExpireAt && { sessionsExpireAt }),
    credential: credential ?? null,
    renewalFailingSince: rotationFailingSince ?? null,
    rights: rightsStanding(rbac, desired),
    local: isLocalCluster(judging.config, name),
  };
}

function stateOf(
  { failingSince, expiresAt, sessionsExpireAt }: ListedCluster["state"],
  isUsed: boolean,
): ClusterStanding["state"] {
  if (failingSince) {
    return "failing";
  }
  if (!isUsed) {
    return "unused";
  }
  return expiresAt || sessionsExpireAt ? "ok" : "never-swept";
}

export function isPast(time: Date | null | undefined, now: Date): boolean {
  return time !== null && time !== undefined && time.getTime() <= now.getTime();
}

function rankOf(standing: ClusterStanding, now: Date): number {
  const ends = [
    standing.secretsExpireAt,
    standing.sessionsExpireAt,
    standing.credential?.expiresAt,
  ];
  const troubles = [
    ends.some((end) => isPast(end, now)),
    standing.state === "failing",
    standing.renewalFailingSince !== null,
    standing.rights === "outdated",
    standing.state === "never-swept",
  ];
  const first = troubles.indexOf(true);
  return first === -1 ? troubles.length : first;
}

function timeOf({ secretsExpireAt }: ClusterStanding): number {
  return secretsExpireAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
