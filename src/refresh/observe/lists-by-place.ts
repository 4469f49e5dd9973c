/** Lists by name: in all namespaces at once, or in each that the config names outright. */
import { literalNamespaces } from "../../config/namespace-selection.ts";
import { ClusterError } from "../../errors.ts";
import type { DesiredPullSecret } from "../desired.ts";

/** What lists of one name showed, and where they were refused. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly refused: readonly RefusedList[];
}

export interface RefusedList {
  /** Undefined: the list across all namespaces. */
  readonly namespace: string | undefined;
  readonly error: ClusterError;
}

/** Of what nobody listed. */
export const unlisted = { items: [], refused: [] } as const;

/** Where to list each name: in all namespaces at once (undefined), or in those that are named. */
export type Places = ReadonlyMap<string, ReadonlySet<string | undefined>>;

/**
 * Whether the config names all namespaces of this cluster outright. Such a cluster grants Roles in
 * these namespaces and nothing cluster-wide, so it is read namespace by namespace.
 */
export function allNamedOutright(desired: readonly DesiredPullSecret[]): boolean {
  return desired.every((secret) => literalNamespaces(secret.namespaces) !== undefined);
}

export function namesByPlace(
  desired: readonly DesiredPullSecret[],
  namesOf: (secret: DesiredPullSecret) => readonly string[],
): Places {
  const named = allNamedOutright(desired);
  const places = new Map<string, Set<string | undefined>>();
  for (const secret of desired) {
    const namespaces = named ? literalNamespaces(secret.namespaces) : undefined;
    for (const name of namesOf(secret)) {
      const known = places.get(name) ?? new Set();
      places.set(name, known.union(new Set(namespaces ?? [undefined])));
    }
  }
  return places;
}

/** By name. @throws ClusterError for anything but a refusal */
export async function listEach<T>(
  places: Places,
  list: (name: string, namespace: string | undefined) => Promise<readonly T[]>,
): Promise<ReadonlyMap<string, Listing<T>>> {
  const listings = [...places].map(async ([name, namespaces]) => {
    const each = [...namespaces].map((namespace) => orRefusal(list(name, namespace), namespace));
    return [name, joinListings(await Promise.all(each))] as const;
  });
  return new Map(await Promise.all(listings));
}

function joinListings<T>(listings: readonly Listing<T>[]): Listing<T> {
  return {
    items: listings.flatMap(({ items }) => items),
    refused: listings.flatMap(({ refused }) => refused),
  };
}

/** A refused list says something about one name; any other error, about the whole cluster. */
async function orRefusal<T>(
  answer: Promise<readonly T[]>,
  namespace: string | undefined,
): Promise<Listing<T>> {
  try {
    return { items: await answer, refused: [] };
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "forbidden") {
      return { items: [], refused: [{ namespace, error }] };
    }
    throw error;
  }
}
