/**
 * What the admission policy lets our user do with workloads. Whoever may patch one may run anything
 * as it; the rules leave an annotation, which makes its pods start anew as they are. Pure.
 */
import { restartedForAnnotation } from "../../pull-secrets/names.ts";
import { workloadGroup, workloadResources } from "../workload-resources.ts";
import { allAmong, allOf, anyOf, celString, isNamed } from "./cel.ts";
import type { PolicyScope } from "./policy-scope.ts";

/** Of what lies below them too, such as their scale. */
export const isWorkload = `request.resource.group == ${celString(workloadGroup)}`;

/** The API server counts the pod templates of a DaemonSet here, and lets nobody else do it. */
const templateCount = "deprecated.daemonset.template.generation";

export const onlyRestarts = allOf([
  'request.operation == "UPDATE"',
  allAmong("variables.changedFields", ["metadata", "spec"]),
  allAmong("variables.changedMetadata", [
    "generation",
    "resourceVersion",
    "managedFields",
    "annotations",
  ]),
  allAmong("variables.changedAnnotations", [templateCount]),
  allAmong("variables.changedSpec", ["template"]),
  allAmong("variables.changedTemplate", ["metadata"]),
  allAmong("variables.changedTemplateMetadata", ["annotations"]),
  allAmong("variables.changedTemplateAnnotations", [restartedForAnnotation]),
]);

export function mayRestart({ demand, selected }: PolicyScope): string {
  const wanted = demand.secrets.flatMap(({ places }) =>
    places.flatMap((place) =>
      (place.workloads ?? []).map(({ kind, name }) => ({
        name,
        where: allOf([
          `request.kind.kind == ${celString(workloadResources[kind].kind)}`,
          selected(place),
        ]),
      })),
    ),
  );
  const byPlace = Map.groupBy(wanted, ({ where }) => where);
  return anyOf([...byPlace].map(([where, each]) => allOf([isNamed(each), where])));
}
