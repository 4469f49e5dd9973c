/**
 * Text of CEL, the language of admission policies. Only what kube-apiserver has had since 1.30.
 * https://kubernetes.io/docs/reference/using-api/cel/
 */
import { isGlob } from "../../config/globs.ts";
import type { LabelRequirement } from "../../config/label-selector.ts";
import type { NamespaceSelection } from "../../config/namespace-selection.ts";

/** CEL reads every escape that JSON knows; lone surrogates, which it refuses, are replaced. */
export function celString(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

export function celList(texts: readonly string[]): string {
  return `[${texts.map(celString).join(", ")}]`;
}

/** Whether an expression's value is one of these texts. */
export function isOneOf(expression: string, texts: readonly string[]): string {
  const [only, ...others] = texts;
  if (only === undefined) return "false";
  return others.length === 0
    ? `${expression} == ${celString(only)}`
    : `${expression} in ${celList(texts)}`;
}

/** Whether the thing in question has one of these names. */
export function isNamed(
  things: readonly { readonly name: string }[],
  expression = "request.name",
): string {
  const names = new Set(things.map(({ name }) => name));
  return isOneOf(expression, [...names]);
}

/** Whether an expression's list holds nothing besides these texts. */
export function allAmong(list: string, texts: readonly string[]): string {
  return `${list}.all(each, each in ${celList(texts)})`;
}

export function anyOf(terms: readonly string[]): string {
  return join(new Set(terms.filter((term) => term !== "false")), " || ", "false");
}

export function allOf(terms: readonly string[]): string {
  if (terms.includes("false")) return "false";
  return join(new Set(terms.filter((term) => term !== "true")), " && ", "true");
}

export function not(term: string): string {
  if (term === "true") return "false";
  if (term === "false") return "true";
  return term.startsWith("(") ? `!${term}` : `!(${term})`;
}

/**
 * Whether a selection selects the namespace of the request.
 * @param labels expression of the namespace's labels, a map
 */
export function selects(selection: NamespaceSelection, namespace: string, labels: string): string {
  return allOf([
    matchesGlobs(namespace, selection.include),
    not(matchesGlobs(namespace, selection.exclude)),
    ...(selection.selector ?? []).map((requirement) => meets(requirement, labels)),
  ]);
}

function matchesGlobs(expression: string, patterns: readonly string[]): string {
  if (patterns.some((pattern) => /^\*+$/.test(pattern))) return "true";
  const [globs, names] = [patterns.filter(isGlob), patterns.filter((each) => !isGlob(each))];
  const regex = `^(?:${globs.map(regexOf).join("|")})$`;
  return anyOf([
    isOneOf(expression, names),
    globs.length === 0 ? "false" : `${expression}.matches(${celString(regex)})`,
  ]);
}

/** RE2, which takes time linear in the text whatever the pattern. */
function regexOf(glob: string): string {
  return glob
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
}

function meets(requirement: LabelRequirement, labels: string): string {
  const key = celString(requirement.key);
  const exists = `${key} in ${labels}`;
  switch (requirement.operator) {
    case "exists":
      return exists;
    case "absent":
      return not(exists);
    case "in":
      return allOf([exists, isOneOf(`${labels}[${key}]`, requirement.values)]);
    case "notin":
      return not(allOf([exists, isOneOf(`${labels}[${key}]`, requirement.values)]));
  }
}

function join(terms: ReadonlySet<string>, operator: string, none: string): string {
  const [first, ...others] = terms;
  if (first === undefined) return none;
  return others.length === 0 ? first : `(${[...terms].join(operator)})`;
}
