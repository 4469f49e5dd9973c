/** What the admission policy lets our user do with service accounts, and with their tokens. Pure. */
import type { Place } from "../demand.ts";
import type { Subject } from "../rights.ts";
import { allAmong, allOf, anyOf, celList, celString, isNamed, isOneOf } from "./cel.ts";
import type { PolicyScope } from "./policy-scope.ts";

export const onlyLinks = allOf([
  'request.operation == "UPDATE"',
  allAmong("variables.changedFields", ["metadata", "imagePullSecrets"]),
  allAmong("variables.changedMetadata", ["generation", "resourceVersion", "managedFields"]),
]);

/** Others' entries stay as they are, in their order; ours come only where they are wanted. */
export function mayLink({ demand, selected }: PolicyScope): string {
  const names = demand.secrets.map(({ name }) => name);
  const others = (links: string) => `${links}.filter(link, !(link in ${celList(names)}))`;
  const wanted = demand.secrets.flatMap((secret) =>
    secret.places.map((place) => ({
      name: secret.name,
      where: allOf([linkedIn(place), selected(place)]),
    })),
  );
  const byPlace = Map.groupBy(wanted, ({ where }) => where);
  const terms = [...byPlace].map(([where, each]) => allOf([isNamed(each, "link"), where]));
  return allOf([
    `${others("variables.links")} == ${others("variables.oldLinks")}`,
    `variables.links.all(link, link in variables.oldLinks || ${anyOf(terms)})`,
  ]);
}

function linkedIn({ accounts }: Place): string {
  return accounts === "all" ? "true" : isOneOf("request.name", accounts);
}

export function mayRenew(subject: Subject): string {
  if (subject.kind === "Group") return "false";
  return allOf([
    `request.namespace == ${celString(subject.namespace)}`,
    `request.name == ${celString(subject.name)}`,
  ]);
}
