/** What the expressions of the admission policy share, each worked out when first asked for. Pure. */
import type { Demand, Place } from "../demand.ts";
import { selects } from "./cel.ts";

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** The names of what differs from before; of a new object, everything that it has. */
export const changes: readonly Variable[] = [
  { name: "old", expression: "oldObject == null ? {} : oldObject" },
  ...both("metadata", ({ object }) => field(object, "metadata", "{}")),
  ...both("labels", ({ metadata }) => field(metadata, "labels", "{}")),
  ...both("annotations", ({ metadata }) => field(metadata, "annotations", "{}")),
  ...both("links", ({ object }) => {
    const names = 'map(each, has(each.name) ? each.name : "")';
    return `(${field(object, "imagePullSecrets", "[]")}).${names}`;
  }),
  { name: "changedFields", expression: changed("object", "variables.old") },
  ...["metadata", "labels", "annotations"].map(changedOf),
];

/** Of secrets whose keys count. */
export const contentChanges: readonly Variable[] = [
  ...both("data", ({ object }) => field(object, "data", "{}")),
  changedOf("data"),
];

/** On the way from a workload to the annotations of its pods, step by step. */
export const workloadChanges: readonly Variable[] = [
  ...both("spec", ({ object }) => field(object, "spec", "{}")),
  ...within("template", "spec", "template"),
  ...within("templateMetadata", "template", "metadata"),
  ...within("templateAnnotations", "templateMetadata", "annotations"),
  ...["spec", "template", "templateMetadata", "templateAnnotations"].map(changedOf),
];

/** One variable per distinct selection: a hundred secrets mostly share one. */
export function selectionVariables(demand: Demand) {
  const labels = "variables.namespaceLabels";
  const expressionOf = (place: Place) => selects(place.namespaces, "request.namespace", labels);
  const places = demand.secrets.flatMap((secret) => secret.places);
  const distinct = [...new Set(places.map(expressionOf))].filter((each) => each !== "true");
  const names = new Map(distinct.map((expression, at) => [expression, `selected${at + 1}`]));
  const variables = [...names].map(([expression, name]) => ({ name, expression }));
  const usesLabels = distinct.some((expression) => expression.includes(labels));
  return {
    of: (place: Place) => {
      const expression = expressionOf(place);
      return expression === "true" ? expression : `variables.${names.get(expression)}`;
    },
    variables: usesLabels ? [namespaceLabels, ...variables] : variables,
  };
}

const namespaceLabels: Variable = {
  name: "namespaceLabels",
  expression: field("namespaceObject.metadata", "labels", "{}"),
};

function both(
  name: string,
  expression: (of: { readonly object: string; readonly metadata: string }) => string,
): readonly Variable[] {
  const after = { object: "object", metadata: "variables.metadata" };
  const before = { object: "variables.old", metadata: "variables.oldMetadata" };
  return [
    { name, expression: expression(after) },
    { name: `old${capitalized(name)}`, expression: expression(before) },
  ];
}

/** A field of what another pair of variables holds. */
function within(name: string, outer: string, inner: string): readonly Variable[] {
  return [
    { name, expression: field(`variables.${outer}`, inner, "{}") },
    {
      name: `old${capitalized(name)}`,
      expression: field(`variables.old${capitalized(outer)}`, inner, "{}"),
    },
  ];
}

function field(object: string, name: string, otherwise: string): string {
  return `has(${object}.${name}) ? ${object}.${name} : ${otherwise}`;
}

function changedOf(name: string): Variable {
  return {
    name: `changed${capitalized(name)}`,
    expression: changed(`variables.${name}`, `variables.old${capitalized(name)}`),
  };
}

function changed(after: string, before: string): string {
  return (
    `${after}.filter(each, !(each in ${before}) || ${after}[each] != ${before}[each])` +
    ` + ${before}.filter(each, !(each in ${after}))`
  );
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
