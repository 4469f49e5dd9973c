/**
 * What a config wants in one cluster, as far as rights are concerned: which secrets, where, linked
 * to which accounts. No registry and no token is in it. Pure.
 */
import type { LabelSelector } from "../config/label-selector.ts";
import { literalNamespaces, type NamespaceSelection } from "../config/namespace-selection.ts";
import { digest } from "../pull-secrets/digest.ts";
import { dockerConfigJsonType } from "../pull-secrets/names.ts";
import type { DesiredPullSecret } from "../refresh/desired.ts";
import { allNamedOutright } from "../refresh/observe.ts";

export interface Demand {
  /** `namespaces` where the config names all of them outright. */
  readonly scope: "cluster" | "namespaces";
  /** By name, each name once. */
  readonly secrets: readonly SecretDemand[];
}

export interface SecretDemand {
  readonly name: string;
  /** The only type that it may have. */
  readonly type: string;
  readonly places: readonly Place[];
  /** May be deleted where it is no longer wanted. */
  readonly prune: boolean;
  /** May be taken over where something else made it. */
  readonly adopt: boolean;
}

export interface Place {
  readonly namespaces: NamespaceSelection;
  /** Accounts there that link to the secret. */
  readonly accounts: readonly string[] | "all";
}

/**
 * Raise it when the same demand begins to ask for other rights: every cluster's rights count as
 * outdated then, until they are granted anew.
 */
const formVersion = 1;

export function demandOf(desired: readonly DesiredPullSecret[]): Demand {
  const byName = Map.groupBy(desired, ({ name }) => name);
  const secrets = [...byName].map(([name, entries]) => ({
    name,
    type: dockerConfigJsonType,
    places: entries.map(placeOf).sort(byText),
    prune: entries.some(({ prune }) => prune),
    adopt: entries.some(({ adopt }) => adopt),
  }));
  return {
    scope: allNamedOutright(desired) ? "namespaces" : "cluster",
    secrets: secrets.sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Changes with what the config wants in a cluster, and with nothing else. */
export function digestOf(demand: Demand): string {
  return digest([formVersion, demand]);
}

/** Of a demand that names all namespaces outright: what is wanted in each. */
export function secretsByNamespace(
  secrets: readonly SecretDemand[],
): ReadonlyMap<string, readonly SecretDemand[]> {
  const byNamespace = new Map<string, SecretDemand[]>();
  for (const namespace of namespacesOf(secrets.flatMap(({ places }) => places))) {
    byNamespace.set(namespace, []);
  }
  for (const secret of secrets) {
    const places = secret.places.flatMap((place) =>
      namespacesOf([place]).map((namespace) => ({ namespace, place })),
    );
    for (const [namespace, here] of Map.groupBy(places, (each) => each.namespace)) {
      byNamespace.get(namespace)?.push({ ...secret, places: here.map(({ place }) => place) });
    }
  }
  return byNamespace;
}

/** The namespaces of a demand that names them all outright, each once. */
export function namespacesOf(places: readonly Place[]): readonly string[] {
  return sorted(places.flatMap(({ namespaces }) => literalNamespaces(namespaces) ?? []));
}

/** Sorted, so that a config that only changed its order asks for the same rights. */
function placeOf({ namespaces, serviceAccounts }: DesiredPullSecret): Place {
  return {
    namespaces: {
      include: sorted(namespaces.include),
      exclude: sorted(namespaces.exclude),
      selector: namespaces.selector && ordered(namespaces.selector),
    },
    accounts: serviceAccounts === "all" ? "all" : sorted(serviceAccounts),
  };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function ordered(selector: LabelSelector): LabelSelector {
  const requirements = selector.map((each) =>
    "values" in each ? { ...each, values: sorted(each.values) } : each,
  );
  return requirements.sort(byText);
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
