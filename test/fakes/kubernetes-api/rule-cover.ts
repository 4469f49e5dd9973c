/** Which of some RBAC rules aren't covered by others, as the API server finds and words them. */
import { type JsonObject, textsIn } from "./object.ts";
import { coversPath, matches } from "./rules.ts";

interface SimpleRule {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly url?: string;
}

/** One rule for each resource and name that is missing, with all its verbs. */
export function uncovered(
  held: readonly JsonObject[],
  granted: readonly JsonObject[],
): JsonObject[] {
  const missing = granted
    .flatMap(breakDown)
    .filter((simple) => !held.some((rule) => covers(rule, simple)));
  const gathered = Map.groupBy(missing, ({ verb: _, ...place }) => JSON.stringify(place));
  return [...gathered.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [ruleOf(first, [...new Set([first, ...others].map(({ verb }) => verb))])],
  );
}

function breakDown(rule: JsonObject): SimpleRule[] {
  const verbs = textsIn(rule["verbs"]);
  const names = textsIn(rule["resourceNames"]);
  const resources = textsIn(rule["apiGroups"]).flatMap((group) =>
    textsIn(rule["resources"]).map((resource) => ({ group, resource })),
  );
  const urls = textsIn(rule["nonResourceURLs"]);
  return [
    ...resources.flatMap((place) =>
      verbs.flatMap((verb) =>
        names.length === 0 ? [{ ...place, verb }] : names.map((name) => ({ ...place, verb, name })),
      ),
    ),
    ...urls.flatMap((url) => verbs.map((verb) => ({ url, verb }))),
  ];
}

function ruleOf({ group, resource, name, url }: SimpleRule, verbs: readonly string[]): JsonObject {
  return {
    ...(group === undefined ? {} : { apiGroups: [group] }),
    ...(resource === undefined ? {} : { resources: [resource] }),
    ...(name === undefined ? {} : { resourceNames: [name] }),
    ...(url === undefined ? {} : { nonResourceURLs: [url] }),
    verbs,
  };
}

function covers(rule: JsonObject, { url, verb, name, ...place }: SimpleRule): boolean {
  const { group = "", resource = "" } = place;
  return url === undefined
    ? matches(rule, { group, resource, verb, name })
    : coversPath(rule, url, verb);
}
