/**
 * Which namespaces a pull secret is for: names or globs to include and to exclude, and a label
 * selector. Pure.
 */
import { isGlob, matchesAnyGlob } from "./globs.ts";
import { type LabelSelector, matchesLabels } from "./label-selector.ts";

export interface NamespaceSelection {
  /** Names or globs; one must match. */
  readonly include: readonly string[];
  /** Names or globs; none may match. */
  readonly exclude: readonly string[];
  readonly selector: LabelSelector | undefined;
}

export function selectsNamespace(
  selection: NamespaceSelection,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  return (
    matchesAnyGlob(selection.include, namespace.name) &&
    !matchesAnyGlob(selection.exclude, namespace.name) &&
    (selection.selector === undefined || matchesLabels(selection.selector, namespace.labels))
  );
}

/**
 * The namespaces that this can ever select, if they are named outright: no glob among the included
 * ones, no selector. Undefined otherwise: the cluster has to be asked.
 */
export function literalNamespaces(selection: NamespaceSelection): readonly string[] | undefined {
  if (selection.selector !== undefined || selection.include.some(isGlob)) return undefined;
  const names = new Set(selection.include);
  return [...names].filter((name) => !matchesAnyGlob(selection.exclude, name));
}

/** The names in one string: separated by commas, semicolons or white space. */
export function splitNamespaces(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== "");
}
