/** What a real API server refuses of the resources and selectors that a policy names. */
import { type JsonObject, objectIn, objectsIn, textsIn } from "../object.ts";
import { invalidValue, notSupported, required, type StatusCause } from "../status.ts";

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const matchPolicies = ["Equivalent", "Exact"];
const scopes = ["*", "Cluster", "Namespaced"];
const selectorOperators = ["In", "NotIn", "Exists", "DoesNotExist"];

export function matchProblems(
  field: string,
  match: JsonObject,
  rules: "required" | "optional",
): StatusCause[] {
  const { resourceRules, excludeResourceRules, matchPolicy } = match;
  return [
    ...(rules === "required" && resourceRules === undefined
      ? [required(`${field}.resourceRules`)]
      : ruleProblems(`${field}.resourceRules`, objectsIn(resourceRules))),
    ...ruleProblems(`${field}.excludeResourceRules`, objectsIn(excludeResourceRules)),
    ...unsupported(`${field}.matchPolicy`, matchPolicy, matchPolicies),
    ...["namespaceSelector", "objectSelector"].flatMap((key) =>
      selectorProblems(`${field}.${key}`, objectIn(match[key])),
    ),
  ];
}

function ruleProblems(field: string, rules: readonly JsonObject[]): StatusCause[] {
  return rules.flatMap((rule, index) => {
    const at = `${field}[${index}]`;
    return [
      ...operationProblems(`${at}.operations`, textsIn(rule["operations"])),
      ...wordProblems(`${at}.apiGroups`, textsIn(rule["apiGroups"]), "API groups"),
      ...wordProblems(`${at}.apiVersions`, textsIn(rule["apiVersions"]), "API versions"),
      ...resourceProblems(`${at}.resources`, textsIn(rule["resources"])),
      ...unsupported(`${at}.scope`, rule["scope"], scopes),
    ];
  });
}

function operationProblems(field: string, given: readonly string[]): StatusCause[] {
  return [
    ...wordProblems(field, given, "operations"),
    ...given.flatMap((one, index) => unsupported(`${field}[${index}]`, one, operations)),
  ];
}

function wordProblems(field: string, given: readonly string[], what: string): StatusCause[] {
  if (given.length === 0) {
    return [required(field)];
  }
  const empty = what === "API versions" ? given.indexOf("") : -1;
  const both = given.length > 1 && given.includes("*");
  return [
    ...(empty < 0 ? [] : [required(`${field}[${empty}]`)]),
    ...(both
      ? [invalidValue(field, given, `if '*' is present, must not specify other ${what}`)]
      : []),
  ];
}

function resourceProblems(field: string, given: readonly string[]): StatusCause[] {
  if (given.length === 0) {
    return [required(field)];
  }
  if (given.length > 1 && given.includes("*/*")) {
    const why = "if '*/*' is present, must not specify other resources";
    return [invalidValue(field, given, why)];
  }
  const plain = given.filter((one) => !one.includes("/"));
  const why = "if '*' is present, must not specify other resources without subresources";
  return plain.length > 1 && plain.includes("*") ? [invalidValue(field, given, why)] : [];
}

function unsupported(field: string, value: unknown, supported: readonly string[]): StatusCause[] {
  return value === undefined || supported.includes(String(value))
    ? []
    : [notSupported(field, value, supported)];
}

function selectorProblems(field: string, selector: JsonObject): StatusCause[] {
  return objectsIn(selector["matchExpressions"]).flatMap(({ operator, values }, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    if (!selectorOperators.includes(String(operator))) {
      return [invalidValue(`${at}.operator`, operator, "not a valid selector operator")];
    }
    const why = "must be specified when `operator` is 'In' or 'NotIn'";
    const needed = operator === "In" || operator === "NotIn";
    return needed && textsIn(values).length === 0 ? [required(`${at}.values`, why)] : [];
  });
}
