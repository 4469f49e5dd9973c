/** Which namespaces a pull secret goes to, out of those that are there. Pure. */
import { literalNamespaces, selectsNamespace } from "../../config/namespace-selection.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { NamespaceState } from "../ports.ts";
import { type Finding, missingNamespace, terminatingNamespace } from "./findings.ts";

export interface SelectedNamespaces {
  readonly names: readonly string[];
  /** Selected, but being deleted or not there yet. */
  readonly findings: readonly Finding[];
}

/** @param namespaces undefined: they weren't listed, because the config names them all outright */
export function selectNamespaces(
  secret: DesiredPullSecret,
  namespaces: readonly NamespaceState[] | undefined,
): SelectedNamespaces {
  const named = literalNamespaces(secret.namespaces);
  if (!namespaces) {
    return { names: named ?? [], findings: [] };
  }
  const selected = namespaces.filter((each) => selectsNamespace(secret.namespaces, each));
  const doomed = selected.filter(({ terminating }) => terminating);
  const present = new Set(namespaces.map(({ name }) => name));
  const missing = (named ?? []).filter((name) => !present.has(name));
  return {
    names: selected.filter(({ terminating }) => !terminating).map(({ name }) => name),
    findings: [
      ...doomed.map(({ name }) => terminatingNamespace(secret.name, name)),
      ...missing.map((name) => missingNamespace(secret.name, name)),
    ],
  };
}
