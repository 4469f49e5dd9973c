/** What a deploy, or a removal, has to know of the registered clusters: by their tags alone. */
import { compareNames } from "../../clusters/name-order.ts";
import type { ClusterListing, ListedCluster } from "../../clusters/store.ts";
import type { PullSecretConfig } from "../../config/stage-config.ts";
import { AwsError, UserError } from "../../errors.ts";
import { desiredPullSecrets, type Owner } from "../../refresh/desired.ts";
import { rightsStanding } from "../../rights/standing.ts";

export interface RegisteredClusters {
  /** In the order in which people count. */
  readonly names: readonly string[];
  /** Of these, those that granted other rights than the config asks for. */
  readonly outdated: readonly string[];
  /** Whose pull secrets expire first. */
  readonly soonest: { readonly cluster: string; readonly expiresAt: Date } | undefined;
  /** Names among the records that no cluster can have. */
  readonly others: readonly string[];
}

export interface LookFailure {
  readonly message: string;
  readonly hint: string | undefined;
}

export type Look = RegisteredClusters | LookFailure;

export interface LookPorts {
  /** @throws AwsError */
  readonly account: () => Promise<string>;
  /** @throws StoreError */
  readonly list: () => Promise<ClusterListing>;
}

export interface Looking {
  readonly stage: string;
  readonly region: string;
  readonly pullSecrets: readonly PullSecretConfig[];
}

/** Never throws: what is deployed or removed is so all the same. */
export async function lookAtClusters(
  { account, list }: LookPorts,
  { stage, region, pullSecrets }: Looking,
): Promise<Look> {
  try {
    const owner = { account: await account(), region, stage };
    const { clusters, others } = await list();
    return { ...registered(clusters, pullSecrets, owner), others };
  } catch (error) {
    return lookFailure(error);
  }
}

export function lookFailure(error: unknown): LookFailure {
  if (error instanceof AwsError || error instanceof UserError) {
    return { message: error.message, hint: error.hint };
  }
  // The message of an unknown error could quote anything.
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return { message: `this is a bug in ecr-pull-secrets: ${name}`, hint: undefined };
}

function registered(
  clusters: readonly ListedCluster[],
  pullSecrets: readonly PullSecretConfig[],
  owner: Owner,
): Omit<RegisteredClusters, "others"> {
  const sorted = clusters.toSorted((one, other) => compareNames(one.name, other.name));
  const outdated = sorted.filter(
    ({ name, state }) =>
      rightsStanding(state.rbac, desiredPullSecrets(pullSecrets, name, owner)) === "outdated",
  );
  return { names: namesOf(sorted), outdated: namesOf(outdated), soonest: soonestOf(sorted) };
}

function namesOf(clusters: readonly ListedCluster[]): readonly string[] {
  return clusters.map(({ name }) => name);
}

function soonestOf(clusters: readonly ListedCluster[]): RegisteredClusters["soonest"] {
  return clusters
    .flatMap(({ name, state: { expiresAt } }) => (expiresAt ? [{ cluster: name, expiresAt }] : []))
    .toSorted((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
    .at(0);
}
