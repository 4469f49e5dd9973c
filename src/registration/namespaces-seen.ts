import { ClusterError } from "../errors.ts";
import type { NamespaceState } from "../refresh/ports.ts";
import type { LiveObject } from "../rights/kubernetes-object.ts";
import type { AdminApi } from "./ports.ts";

/** Undefined: the caller may not list them. @throws ClusterError */
export async function namespacesSeen(
  api: Pick<AdminApi, "list">,
): Promise<readonly NamespaceState[] | undefined> {
  try {
    return (await api.list({ apiVersion: "v1", kind: "Namespace" })).map(stateOf);
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "forbidden") {
      return undefined;
    }
    throw error;
  }
}

function stateOf({ metadata, status }: LiveObject): NamespaceState {
  const { phase } = (status ?? {}) as { readonly phase?: unknown };
  const { name, labels = {} } = metadata;
  return { name, labels, terminating: phase === "Terminating" };
}
