/** What the admission policy lets our user write into secrets, by their format. Pure. */
import { dockerConfigJsonType } from "../../pull-secrets/names.ts";
import type { ContentDemand } from "../content-demand.ts";
import type { Place, SecretDemand } from "../demand.ts";
import { allAmong, allOf, anyOf, celString, isNamed } from "./cel.ts";
import type { PolicyScope } from "./policy-scope.ts";

export function wantedType(scope: PolicyScope): string {
  return eachPlace(scope, ({ content }) => {
    return `object.type == ${celString(content?.type ?? dockerConfigJsonType)}`;
  });
}

/** Of what the kubelet doesn't read: a key that nobody asked for may be a variable of a pod. */
export function wantedContent(scope: PolicyScope): string {
  return eachPlace(scope, ({ content }) => (content ? holds(content) : "true"));
}

/** What somebody else keeps in an adopted secret stays, and what we no longer write may go. */
function holds({ keys, fixed = {} }: ContentDemand): string {
  const written = "variables.changedData.filter(key, key in variables.data)";
  return allOf([
    allAmong(written, keys),
    ...Object.entries(fixed).map(([key, text]) => {
      const value = celString(Buffer.from(text, "utf8").toString("base64"));
      return `(!(${celString(key)} in variables.data) || variables.data[${celString(key)}] == ${value})`;
    }),
  ]);
}

/** A name that means the same wherever it is wanted needs no look at where it is written. */
function eachPlace({ demand, selected }: PolicyScope, rule: (place: Place) => string): string {
  const wanted = demand.secrets.flatMap(({ name, places }: SecretDemand) => {
    const byRule = [...Map.groupBy(places, rule)];
    return byRule.map(([only, where]) => ({
      name,
      only: allOf([only, byRule.length === 1 ? "true" : anyOf(where.map(selected))]),
    }));
  });
  const byRule = Map.groupBy(wanted, ({ only }) => only);
  return anyOf([...byRule].map(([only, each]) => allOf([isNamed(each), only])));
}
