/** The end of namespaces, as the namespace controller brings it about. */
import { allResources, namespaces } from "./resources.ts";
import type { Cluster } from "./writes.ts";

/** Everything in it goes, and then itself; what has finalizers stays, and holds it up. */
export function removeNamespace({ store }: Cluster, name: string): void {
  const content = allResources
    .filter(({ namespaced }) => namespaced)
    .flatMap((resource) => store.list(resource, name).map(({ object }) => ({ resource, object })));
  const held = content.filter(({ object }) => object.metadata.finalizers !== undefined);
  for (const { resource, object } of content) {
    if (object.metadata.finalizers === undefined) {
      store.remove(resource, object);
    }
  }
  const namespace = store.get(namespaces, undefined, name);
  if (namespace !== undefined && held.length === 0) {
    store.remove(namespaces, namespace);
  }
}

/** To be called after each request: ends what has been terminating for so many requests. */
export function createNamespaceController(cluster: Cluster, after: number): () => void {
  const waited = new Map<string, number>();
  return () => {
    for (const { object } of cluster.store.list(namespaces)) {
      const { name, uid = "", deletionTimestamp } = object.metadata;
      const requests = waited.get(uid) ?? 0;
      if (deletionTimestamp !== undefined && requests >= after) {
        removeNamespace(cluster, name);
      } else if (deletionTimestamp !== undefined) {
        waited.set(uid, requests + 1);
      }
    }
  };
}
