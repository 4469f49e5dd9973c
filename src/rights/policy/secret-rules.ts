/** What the admission policy lets our user do with secrets. Pure. */
import { annotations, fieldManager, managedByLabel } from "../../pull-secrets/names.ts";
import { localStage } from "../../refresh/rules/ownership.ts";
import { allAmong, allOf, anyOf, celString, isNamed, not } from "./cel.ts";
import type { PolicyScope } from "./policy-scope.ts";

export function wantedPlace({ demand, selected }: PolicyScope): string {
  const wanted = demand.secrets.flatMap((secret) =>
    secret.places.map((place) => ({ name: secret.name, where: selected(place) })),
  );
  const byPlace = Map.groupBy(wanted, ({ where }) => where);
  const terms = [...byPlace].map(([where, each]) => allOf([isNamed(each), where]));
  return anyOf(terms);
}

/**
 * Labels and annotations of others steer other controllers (one that copies secrets to where an
 * annotation says, for instance), a finalizer or owner reference decides when an object goes, and
 * an immutable secret could never be renewed.
 */
export const ownFields = allOf([
  allAmong("variables.changedFields", ["apiVersion", "kind", "metadata", "type", "data"]),
  // The first ones only differ on creation: the API server holds them fixed from then on.
  allAmong("variables.changedMetadata", [
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "generation",
    "resourceVersion",
    "managedFields",
    "labels",
    "annotations",
  ]),
  `variables.changedLabels.all(label, label == ${celString(managedByLabel)}` +
    " && label in variables.labels" +
    ` && variables.labels[label] == ${celString(fieldManager)})`,
  `variables.changedAnnotations.all(each, each.startsWith(${celString(`${fieldManager}/`)}))`,
]);

/** It was ours or nobody's before, and is ours afterwards. */
export function ownSecret({ demand, owner }: PolicyScope): string {
  const adopted = demand.secrets.filter(({ adopt }) => adopt);
  const mark = "variables.oldAnnotations";
  const trial = `${mark}[${ownerKey}].endsWith(${celString(`/${localStage}`)})`;
  return allOf([
    hasOwner("variables.annotations", [isOwner("variables.annotations", owner)]),
    anyOf([
      'request.operation == "CREATE"',
      hasOwner(mark, [isOwner(mark, owner), owner.endsWith(`/${localStage}`) ? "false" : trial]),
      allOf([isNamed(adopted), not(`${ownerKey} in ${mark}`)]),
    ]),
  ]);
}

export function mayPrune({ demand, owner }: PolicyScope): string {
  const pruned = demand.secrets.filter(({ prune }) => prune);
  const mark = "variables.oldAnnotations";
  return allOf([isNamed(pruned), hasOwner(mark, [isOwner(mark, owner)])]);
}

const ownerKey = celString(annotations.owner);

function hasOwner(annotated: string, oneOf: readonly string[]): string {
  return allOf([`${ownerKey} in ${annotated}`, anyOf(oneOf)]);
}

function isOwner(annotated: string, owner: string): string {
  return `${annotated}[${ownerKey}] == ${celString(owner)}`;
}
