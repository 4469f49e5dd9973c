/** Which requests a policy or binding is about. */
import { type JsonObject, objectIn, objectsIn, textsIn } from "../object.ts";
import { type AdmissionReview, operationOf } from "./review.ts";

type Labels = Readonly<Record<string, string>>;

/** `namespaceLabels` undefined: what is judged lies in no namespace. */
export function matches(
  constraints: unknown,
  review: AdmissionReview,
  namespaceLabels: Labels | undefined,
): boolean {
  const { namespaceSelector, objectSelector, resourceRules, excludeResourceRules } =
    objectIn(constraints);
  const rules = resourceRules === undefined ? undefined : objectsIn(resourceRules);
  const { object, oldObject } = review;
  const isSelected = (one: typeof object) =>
    one !== undefined && selects(objectSelector, one.metadata.labels ?? {});
  return (
    (rules?.some((rule) => covers(rule, review)) ?? true) &&
    !objectsIn(excludeResourceRules).some((rule) => covers(rule, review)) &&
    (namespaceLabels === undefined || selects(namespaceSelector, namespaceLabels)) &&
    (isSelected(object) || isSelected(oldObject))
  );
}

function covers(rule: JsonObject, review: AdmissionReview): boolean {
  const { resource, subresource, name } = review;
  const names = textsIn(rule["resourceNames"]);
  return (
    isAmong(rule["operations"], operationOf(review)) &&
    isAmong(rule["apiGroups"], resource.group) &&
    isAmong(rule["apiVersions"], resource.version) &&
    textsIn(rule["resources"]).some((one) => covered(one, resource.plural, subresource)) &&
    isInScope(rule["scope"], review) &&
    (names.length === 0 || names.includes(name))
  );
}

function isAmong(list: unknown, value: string): boolean {
  const values = textsIn(list);
  return values.includes("*") || values.includes(value);
}

/** `*` means every resource without a subresource, `x/*` x and all below it. */
function covered(pattern: string, plural: string, subresource: string | undefined): boolean {
  const [resource, below] = pattern.split("/");
  const fits = resource === "*" || resource === plural;
  return fits && (below === "*" || below === subresource);
}

function isInScope(scope: unknown, { resource }: AdmissionReview): boolean {
  return scope === undefined || scope === "*" || (scope === "Namespaced") === resource.namespaced;
}

/** A LabelSelector. */
function selects(selector: unknown, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = objectIn(selector);
  return (
    Object.entries(objectIn(matchLabels)).every(([key, value]) => labels[key] === value) &&
    objectsIn(matchExpressions).every((requirement) => meets(requirement, labels))
  );
}

function meets({ key, operator, values }: JsonObject, labels: Labels): boolean {
  const value = labels[String(key)];
  switch (operator) {
    case "In":
      return value !== undefined && textsIn(values).includes(value);
    case "NotIn":
      return value === undefined || !textsIn(values).includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}
