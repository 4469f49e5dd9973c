/** What a removal will do: plain data. */
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { FoundRecord } from "../found-record.ts";
import type { Problem } from "../problems.ts";
import type { Link } from "./find-links.ts";
import type { RemovalWish } from "./removal-wish.ts";

export interface RemovalPlan {
  readonly wish: RemovalWish;
  /** Undefined: the cluster is gone, so they say. */
  readonly cluster: ClusterRemoval | undefined;
  /** Undefined: there is none. */
  readonly record: FoundRecord | undefined;
  /** What somebody should know before saying yes. */
  readonly warnings: readonly Problem[];
}

/**
 * The order is what makes a removal safe, and an interrupted one good for another go:
 * 1. What lets the stored credential in, so that no sweep writes again what is deleted next. A
 *    credential that isn't of our making can't be taken away: there the record goes first.
 * 2. Links, then the secrets that they lead to: without those, nobody could tell whose they were.
 * 3. Roles, which by now grant nothing to anybody. Until here they bear our mark, and the names of
 *    our secrets, also where the config has forgotten them.
 * 4. Namespaces that we made, if nothing else is in them.
 * 5. The record: as long as it is there, a second run knows which API server is meant.
 */
export interface ClusterRemoval {
  readonly server: string;
  readonly access: readonly LiveObject[];
  /** Undefined: the record isn't an EKS cluster's, or its entry is needed by another name. */
  readonly entry: EntryRemoval | undefined;
  readonly recordFirst: boolean;
  readonly links: readonly Link[];
  readonly secrets: readonly LiveObject[];
  readonly roles: readonly LiveObject[];
  readonly namespaces: readonly NamespaceRemoval[];
  /** How many objects of other owners stay; "" is who left the mark out. */
  readonly others: ReadonlyMap<string, number>;
  /** Pull secrets of this deployment that stay, and their links. */
  readonly kept: readonly LiveObject[];
}

export interface NamespaceRemoval {
  readonly namespace: LiveObject;
  /** What keeps it; nothing: it goes. */
  readonly content: readonly string[];
}

/** The access entry of the refresh function's role in an EKS cluster. */
export interface EntryRemoval {
  readonly cluster: string;
  readonly region: string;
  readonly principalArn: string;
  /** False: somebody else made it, and it stays. */
  readonly isOurs: boolean;
}

export function removesSomething({ cluster, record }: RemovalPlan): boolean {
  return record !== undefined || (cluster !== undefined && removesFrom(cluster));
}

function removesFrom({ access, links, secrets, roles, namespaces, entry }: ClusterRemoval) {
  const lists = [access, links, secrets, roles, namespaces.filter(isEmpty)];
  return entry?.isOurs === true || lists.some((list) => list.length > 0);
}

export function isEmpty({ content }: NamespaceRemoval): boolean {
  return content.length === 0;
}
