/**
 * Observe: what is in the cluster, in as few calls as its size allows. One list of namespaces, one
 * per secret name, one per account name; all at once, over the connection that they warm.
 */
import { literalNamespaces } from "../config/namespace-selection.ts";
import { ClusterError } from "../errors.ts";
import type { DesiredPullSecret } from "./desired.ts";
import type { ClusterApi, NamespaceState, SecretState, ServiceAccountState } from "./ports.ts";

export interface Observed {
  /** Undefined where the config names all namespaces outright: then nobody may list them. */
  readonly namespaces: readonly NamespaceState[] | undefined;
  /** By secret name. */
  readonly secrets: ReadonlyMap<string, Listing<SecretState>>;
  /** By account name; `allAccounts` stands for a list of all. */
  readonly serviceAccounts: ReadonlyMap<string, Listing<ServiceAccountState>>;
}

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

const allAccounts = "*";

/** @throws ClusterError if the cluster can't be read at all */
export async function observe(
  api: ClusterApi,
  desired: readonly DesiredPullSecret[],
): Promise<Observed> {
  const named = allNamedOutright(desired);
  const [namespaces, secrets, serviceAccounts] = await Promise.all([
    named ? undefined : api.listNamespaces(),
    listEach(namesByPlace(desired, named, secretName), (name, ns) => api.listSecrets(name, ns)),
    listEach(namesByPlace(desired, named, accountNames), (name, ns) =>
      api.listServiceAccounts(name === allAccounts ? undefined : name, ns),
    ),
  ]);
  return { namespaces, secrets, serviceAccounts };
}

/**
 * Whether the config names all namespaces of this cluster outright. Such a cluster grants Roles in
 * these namespaces and nothing cluster-wide, so it is read namespace by namespace.
 */
export function allNamedOutright(desired: readonly DesiredPullSecret[]): boolean {
  return desired.every((secret) => literalNamespaces(secret.namespaces) !== undefined);
}

const secretName = (secret: DesiredPullSecret) => [secret.name];

const accountNames = ({ serviceAccounts }: DesiredPullSecret) =>
  serviceAccounts === "all" ? [allAccounts] : serviceAccounts;

/** Of what nobody listed. */
export const unlisted = { items: [], refused: [] } as const;

/** The lists that show the accounts which a pull secret is linked to. */
export function accountListings(
  { serviceAccounts }: DesiredPullSecret,
  observed: Observed,
): readonly Listing<ServiceAccountState>[] {
  const names = serviceAccounts === "all" ? [allAccounts] : serviceAccounts;
  const lists = observed.serviceAccounts;
  const listings = names.map((name) => lists.get(name) ?? lists.get(allAccounts) ?? unlisted);
  return [...new Set(listings)];
}

/** Where to list each name: in all namespaces at once (undefined), or in those that are named. */
type Places = ReadonlyMap<string, ReadonlySet<string | undefined>>;

function namesByPlace(
  desired: readonly DesiredPullSecret[],
  named: boolean,
  namesOf: (secret: DesiredPullSecret) => readonly string[],
): Places {
  const places = new Map<string, Set<string | undefined>>();
  for (const secret of desired) {
    const namespaces = named ? literalNamespaces(secret.namespaces) : undefined;
    for (const name of namesOf(secret)) {
      const known = places.get(name) ?? new Set();
      places.set(name, known.union(new Set(namespaces ?? [undefined])));
    }
  }
  // One list of all accounts makes the lists by name superfluous.
  const all = named ? undefined : places.get(allAccounts);
  return all ? new Map([[allAccounts, all]]) : places;
}

async function listEach<T>(
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
