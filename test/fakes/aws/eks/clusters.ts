/** The clusters of the fake's EKS, and the access entries of each. */
import { randomUUID } from "node:crypto";
import { ServiceFailure } from "../service.ts";

export type AuthenticationMode = "API" | "API_AND_CONFIG_MAP" | "CONFIG_MAP";

export interface NewCluster {
  readonly endpoint?: string;
  /** PEM */
  readonly ca?: string;
  readonly version?: string;
  readonly status?: string;
  /** Undefined: a cluster from before there were access entries. */
  readonly authenticationMode?: AuthenticationMode;
}

export interface Entry {
  readonly principalArn: string;
  readonly groups: readonly string[];
  readonly username: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly id: string;
}

export interface Cluster extends NewCluster {
  readonly name: string;
  readonly arn: string;
  readonly entries: Map<string, Entry>;
}

export type EntryChanges = Partial<Pick<Entry, "groups" | "username">>;

/** A principal of IAM, not a session of STS; for a role with the name that its ARN ends in. */
const principalForm =
  /^arn:(?<partition>aws[a-z-]*):iam::(?<account>\d{12}):(?<kind>role|user)\/(?:[\w+=,.@/-]*\/)?(?<name>[\w+=,.@-]{1,64})$/;

/** https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
const reservedPrefixes = ["system:", "eks:", "aws:", "amazon:", "iam:"];

/** @throws ServiceFailure InvalidRequestException, InvalidParameterException, ResourceInUseException */
export function createEntry(
  cluster: Cluster,
  wanted: Pick<Entry, "principalArn" | "groups" | "tags"> & {
    readonly username?: string | undefined;
  },
): Entry {
  assertTakesEntries(cluster);
  const { principalArn, groups, tags, username } = wanted;
  const principal = principalForm.exec(principalArn)?.groups;
  if (principal === undefined) {
    throw invalidParameter("The specified principalArn is invalid: invalid principal.");
  }
  assertGroups(groups);
  if (cluster.entries.has(principalArn)) {
    const message = "The specified access entry resource is already in use on this cluster.";
    throw new ServiceFailure("ResourceInUseException", message, 409);
  }
  const { partition, account, kind, name } = principal;
  const session = `arn:${partition}:sts::${account}:assumed-role/${name}/{{SessionName}}`;
  const usual = kind === "role" ? session : principalArn;
  const entry = { principalArn, groups, tags, username: username ?? usual, id: randomUUID() };
  cluster.entries.set(principalArn, entry);
  return entry;
}

/** @throws ServiceFailure InvalidRequestException, ResourceNotFoundException */
export function findEntry(cluster: Cluster, principalArn: string): Entry {
  assertTakesEntries(cluster);
  const found = cluster.entries.get(principalArn);
  if (found === undefined) {
    const message =
      "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.";
    throw new ServiceFailure("ResourceNotFoundException", message, 404);
  }
  return found;
}

/** Groups that are given replace those that are there. */
export function updateEntry(cluster: Cluster, principalArn: string, changes: EntryChanges): Entry {
  assertGroups(changes.groups ?? []);
  const updated = { ...findEntry(cluster, principalArn), ...changes };
  cluster.entries.set(principalArn, updated);
  return updated;
}

function assertTakesEntries({ authenticationMode = "CONFIG_MAP" }: Cluster): void {
  if (authenticationMode === "CONFIG_MAP") {
    throw new ServiceFailure(
      "InvalidRequestException",
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
  }
}

function assertGroups(groups: readonly string[]): void {
  for (const group of groups) {
    const prefix = reservedPrefixes.find((each) => group.startsWith(each));
    if (prefix !== undefined) {
      throw invalidParameter(
        `The kubernetes group name ${group} is invalid, it cannot start with ${prefix}`,
      );
    }
  }
}

function invalidParameter(message: string): ServiceFailure {
  return new ServiceFailure("InvalidParameterException", message);
}
