/** What a real API server refuses of roles and bindings. */
import { isDeepStrictEqual } from "node:util";
import { subdomain, subdomainMessage } from "./names.ts";
import { type ApiObject, type JsonObject, objectIn, objectsIn, textsIn } from "./object.ts";
import { invalidValue, notSupported, required, type StatusCause, Surprise } from "./status.ts";

export function roleProblems(role: ApiObject): StatusCause[] {
  if (role["aggregationRule"] !== undefined) {
    throw new Surprise("a role that gathers others");
  }
  const namespaced = role.metadata.namespace !== undefined;
  return [
    ...nameProblems(role),
    ...objectsIn(role["rules"]).flatMap((rule, index) =>
      ruleProblems(`rules[${index}]`, rule, namespaced),
    ),
  ];
}

/** A path segment, and nothing more: `system:node` is fine. */
function nameProblems({ metadata: { name } }: ApiObject): StatusCause[] {
  if (name === "." || name === "..") {
    return [invalidValue("metadata.name", name, `may not be '${name}'`)];
  }
  return ["/", "%"]
    .filter((character) => name.includes(character))
    .map((character) => invalidValue("metadata.name", name, `may not contain '${character}'`));
}

function ruleProblems(field: string, rule: JsonObject, namespaced: boolean): StatusCause[] {
  const has = (key: string) => textsIn(rule[key]).length > 0;
  const noVerbs = has("verbs")
    ? []
    : [required(`${field}.verbs`, "verbs must contain at least one value")];
  if (has("nonResourceURLs")) {
    return [...noVerbs, ...urlProblems(field, rule, namespaced)];
  }
  const needed = [
    ["apiGroups", "resource rules must supply at least one api group"],
    ["resources", "resource rules must supply at least one resource"],
  ] as const;
  return [
    ...noVerbs,
    ...needed.flatMap(([key, why]) => (has(key) ? [] : [required(`${field}.${key}`, why)])),
  ];
}

function urlProblems(field: string, rule: JsonObject, namespaced: boolean): StatusCause[] {
  const at = `${field}.nonResourceURLs`;
  const urls = rule["nonResourceURLs"];
  if (namespaced) {
    return [invalidValue(at, urls, "namespaced rules cannot apply to non-resource URLs")];
  }
  const both = ["apiGroups", "resources", "resourceNames"].some((key) => rule[key] !== undefined);
  const why = "rules cannot apply to both regular resources and non-resource URLs";
  return both ? [invalidValue(at, urls, why)] : [];
}

export function roleBindingProblems(
  binding: ApiObject,
  before: ApiObject | undefined,
): StatusCause[] {
  const namespaced = binding.metadata.namespace !== undefined;
  const { apiGroup = "", kind = "", name = "" } = objectIn(binding["roleRef"]);
  const kinds = namespaced ? ["ClusterRole", "Role"] : ["ClusterRole"];
  const ref = { APIGroup: apiGroup, Kind: kind, Name: name };
  return [
    ...nameProblems(binding),
    ...(apiGroup === "" || apiGroup === rbacGroup
      ? []
      : [notSupported("roleRef.apiGroup", apiGroup, [rbacGroup])]),
    ...(kinds.includes(String(kind)) ? [] : [notSupported("roleRef.kind", kind, kinds)]),
    ...(name === "" ? [required("roleRef.name")] : []),
    ...objectsIn(binding["subjects"]).flatMap((subject, index) =>
      subjectProblems(`subjects[${index}]`, subject, namespaced),
    ),
    ...(before === undefined || isDeepStrictEqual(binding["roleRef"], before["roleRef"])
      ? []
      : [invalidValue("roleRef", ref, "cannot change roleRef")]),
  ];
}

const rbacGroup = "rbac.authorization.k8s.io";
const subjectKinds = ["ServiceAccount", "User", "Group"];

function subjectProblems(field: string, subject: JsonObject, namespaced: boolean): StatusCause[] {
  const { kind = "", name = "", namespace = "" } = subject;
  if (name === "") {
    return [required(`${field}.name`)];
  }
  if (!subjectKinds.includes(String(kind))) {
    return [notSupported(`${field}.kind`, kind, subjectKinds)];
  }
  if (kind !== "ServiceAccount") {
    return [];
  }
  const named = new RegExp(`^${subdomain}$`).test(String(name));
  return [
    ...(named ? [] : [invalidValue(`${field}.name`, name, subdomainMessage)]),
    ...(namespaced || namespace !== "" ? [] : [required(`${field}.namespace`)]),
  ];
}
