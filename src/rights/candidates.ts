/** Where an attempt would judge a right, by what is known of a cluster. Pure. */
import { selectsNamespace } from "../config/namespace-selection.ts";
import type { WorkloadRef } from "../config/secret-format.ts";
import type { Observed } from "../refresh/observe/observe.ts";
import type { NamespaceState } from "../refresh/ports.ts";
import type { SecretForm, WorkloadPlace } from "./attempt-objects.ts";
import { type Demand, namespacesOf, type Place, type SecretDemand } from "./demand.ts";
import { systemNamespace } from "./forbidden.ts";

export interface Existing {
  readonly secrets: readonly InNamespace[];
  readonly accounts: readonly InNamespace[];
  readonly workloads?: readonly WorkloadPlace[];
}

interface InNamespace {
  readonly namespace: string;
  readonly name: string;
}

/** @param observed undefined: nothing could be seen */
export function existingIn(observed: Observed | undefined) {
  return {
    secrets: [...(observed?.secrets.values() ?? [])].flatMap(({ items }) => items),
    accounts: [...(observed?.serviceAccounts.values() ?? [])].flatMap(({ items }) => items),
    workloads: [...(observed?.workloads.values() ?? [])].flatMap(({ items }) => items),
  };
}

export interface Candidates {
  readonly existing: Existing;
  /** Namespaces that the config selects for a secret. */
  selected(secret: SecretDemand): readonly string[];
  /** Those that it doesn't select. */
  unselected(secret: SecretDemand): readonly string[];
  /** No secret of this name is there, but the namespace is. */
  isFree(secret: SecretDemand, namespace: string): boolean;
  /** RBAC lets this secret be written there. */
  isGranted(secret: SecretDemand, namespace: string): boolean;
  /** An account that exists, and that this secret is linked to. */
  linked(secret: SecretDemand): InNamespace | undefined;
  /** A workload that exists, and that restarts for this secret. */
  restarted(secret: SecretDemand): WorkloadPlace | undefined;
  /** The secret as it would be there, wanted or not. */
  formIn(secret: SecretDemand, namespace: string): SecretForm;
}

type Known = Pick<NamespaceState, "name" | "labels" | "terminating">;

export function candidatesOf(
  demand: Demand,
  listed: readonly Known[] | undefined,
  existing: Existing,
): Candidates {
  const known = listed ?? shownBy(existing);
  const present = new Map(
    known.filter(({ terminating }) => !terminating).map((each) => [each.name, each]),
  );
  const held = new Set(existing.secrets.map(({ namespace, name }) => `${namespace}/${name}`));
  const isIn = (place: Place, name: string) => {
    const namespace = present.get(name);
    return namespace !== undefined && selectsNamespace(place.namespaces, namespace);
  };
  const isSelected = ({ places }: SecretDemand, name: string) =>
    places.some((place) => isIn(place, name));
  const names = [...present.keys()];
  return {
    existing,
    selected: (secret) => names.filter((name) => isSelected(secret, name)),
    unselected: (secret) => names.filter((name) => !isSelected(secret, name)),
    isFree: (secret, namespace) =>
      present.has(namespace) && !held.has(`${namespace}/${secret.name}`),
    isGranted: ({ places }, namespace) =>
      demand.scope === "cluster" || namespacesOf(places).includes(namespace),
    linked: ({ places }) => firstLinked(places, { isIn, existing }),
    restarted: ({ places }) =>
      existing.workloads?.find((each) =>
        places.some((place) => restarts(place, each) && isIn(place, each.namespace)),
      ),
    formIn: ({ name, places }, namespace) => {
      const place = places.find((each) => isIn(each, namespace)) ?? places[0];
      return { name, content: place?.content };
    },
  };
}

function restarts({ workloads = [] }: Place, { kind, name }: WorkloadRef): boolean {
  return workloads.some((each) => each.kind === kind && each.name === name);
}

/**
 * Every cluster has the first one; the others are namespaces that a config names outright, so they
 * need no labels to be selected.
 */
function shownBy({ secrets, accounts, workloads = [] }: Existing): readonly Known[] {
  const seen = [...secrets, ...accounts, ...workloads];
  const names = [systemNamespace, ...seen.map(({ namespace }) => namespace)];
  return [...new Set(names)].map((name) => ({ name, labels: {}, terminating: false }));
}

/** One that was seen: an attempt on what isn't there would be answered with 404, and judge nothing. */
function firstLinked(
  places: readonly Place[],
  { isIn, existing }: { isIn: (place: Place, name: string) => boolean; existing: Existing },
): InNamespace | undefined {
  return existing.accounts.find(({ name, namespace }) =>
    places.some(
      (place) =>
        (place.accounts === "all" || place.accounts.includes(name)) && isIn(place, namespace),
    ),
  );
}
