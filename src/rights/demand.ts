/**
 * What a config wants in one cluster, as far as rights are concerned: which secrets, where, linked
 * to which accounts, read by which workloads. No registry and no token is in it. Pure.
 */
import type { LabelSelector } from "../config/label-selector.ts";
import { literalNamespaces, type NamespaceSelection } from "../config/namespace-selection.ts";
import { formatWorkload, type WorkloadRef } from "../config/secret-format.ts";
import { digest } from "../pull-secrets/digest.ts";
import { dockerConfigJsonType } from "../pull-secrets/names.ts";
import type { DesiredPullSecret } from "../refresh/desired.ts";
import { allNamedOutright } from "../refresh/observe/lists-by-place.ts";
import { type ContentDemand, contentDemandOf } from "./content-demand.ts";

export interface Demand {
  /** `namespaces` where the config names all of them outright. */
  readonly scope: "cluster" | "namespaces";
  /** By name, each name once. */
  readonly secrets: readonly SecretDemand[];
}

export interface SecretDemand {
  readonly name: string;
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
  /** Absent: a pull secret as the kubelet reads it. */
  readonly content?: ContentDemand;
  /** Rolled when the secret's content has changed; absent: none are. */
  readonly workloads?: readonly WorkloadRef[];
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
export function digestOf({ scope, secrets }: Demand): string {
  // Clusters were registered when every secret had this type, and said so here.
  const typed = secrets.map(({ name, ...rest }) => ({ name, type: dockerConfigJsonType, ...rest }));
  return digest([formVersion, { scope, secrets: typed }]);
}

/** Whether a secret is more than what the kubelet reads. */
export function asksForContent({ secrets }: Demand): boolean {
  return secrets.some(({ places }) => places.some(({ content }) => content !== undefined));
}

/** Each once, in the order of their names. */
export function workloadsOf(secrets: readonly SecretDemand[]): readonly WorkloadRef[] {
  return distinct(secrets.flatMap(({ places }) => places.flatMap((each) => each.workloads ?? [])));
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
function placeOf({ namespaces, serviceAccounts, format, restart }: DesiredPullSecret): Place {
  const content = contentDemandOf(format);
  return {
    namespaces: {
      include: sorted(namespaces.include),
      exclude: sorted(namespaces.exclude),
      selector: namespaces.selector && ordered(namespaces.selector),
    },
    accounts: serviceAccounts === "all" ? "all" : sorted(serviceAccounts),
    // Left out where a config has none of these: it asks for the rights that it always asked for.
    ...(content && { content }),
    ...(restart.length > 0 && { workloads: distinct(restart) }),
  };
}

function distinct(workloads: readonly WorkloadRef[]): readonly WorkloadRef[] {
  const byText = new Map(workloads.map((each) => [formatWorkload(each), each]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
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
