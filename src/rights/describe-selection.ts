/** Which namespaces, in words: `all namespaces but kube-*`. Pure. */
import { isGlob } from "../config/globs.ts";
import type { LabelRequirement } from "../config/label-selector.ts";
import { literalNamespaces, type NamespaceSelection } from "../config/namespace-selection.ts";

export function describeSelection(selection: NamespaceSelection): string {
  const { include, exclude, selector } = selection;
  const named = literalNamespaces(selection);
  if (named !== undefined) return namespaces(named);
  const all = include.some((pattern) => /^\*+$/.test(pattern));
  const but = exclude.length === 0 ? "" : ` but ${exclude.join(", ")}`;
  const labelled = selector?.length ? `, with labels ${selector.map(describe).join(",")}` : "";
  return `${all ? "all namespaces" : namespaces(include)}${but}${labelled}`;
}

function namespaces(names: readonly string[]): string {
  const one = names.length === 1 && !names.some(isGlob);
  return `${one ? "namespace" : "namespaces"} ${names.join(", ")}`;
}

/** As `kubectl get --selector` takes it. */
function describe(requirement: LabelRequirement): string {
  const { key, operator } = requirement;
  if (!("values" in requirement)) return operator === "exists" ? key : `!${key}`;
  const { values } = requirement;
  const [only = "", ...others] = values;
  if (others.length > 0) return `${key} ${operator} (${values.join(",")})`;
  return `${key}${operator === "in" ? "=" : "!="}${only}`;
}
