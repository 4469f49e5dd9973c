/** Objects by resource, namespace and name, with their history: lists can look at an old revision. */
import type { ApiObject } from "./object.ts";
import type { Resource } from "./resources.ts";

interface Version {
  readonly revision: number;
  /** Undefined: deleted at this revision. */
  readonly object: ApiObject | undefined;
}

export interface StoredObject {
  /** `namespace/name`, or the name alone: lists are in this order. */
  readonly key: string;
  readonly object: ApiObject;
}

export interface Store {
  revision(): number;
  /** Lists at a revision before this one are refused. */
  compactedRevision(): number;
  compact(): void;
  get(resource: Resource, namespace: string | undefined, name: string): ApiObject | undefined;
  /** Ordered by key. */
  list(resource: Resource, namespace?: string, revision?: number): StoredObject[];
  /** Writes under the next revision, which becomes the object's resourceVersion. */
  put(resource: Resource, object: ApiObject): ApiObject;
  /** Returns the object as it was, under the revision at which it went. */
  remove(resource: Resource, object: ApiObject): ApiObject;
}

export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function createStore(): Store {
  const collections = new Map<Resource, Map<string, Version[]>>();
  let revision = 1;
  let compacted = 0;

  function collection(resource: Resource): Map<string, Version[]> {
    const found = collections.get(resource) ?? new Map<string, Version[]>();
    collections.set(resource, found);
    return found;
  }

  function atNextRevision(object: ApiObject): ApiObject {
    revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  }

  function append(resource: Resource, object: ApiObject, next: ApiObject | undefined): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const versions = collection(resource).get(key) ?? [];
    versions.push({ revision, object: next });
    collection(resource).set(key, versions);
  }

  return {
    revision: () => revision,
    compactedRevision: () => compacted,
    compact: () => {
      compacted = revision;
      for (const entries of collections.values()) {
        dropHistory(entries);
      }
    },
    get: (resource, namespace, name) =>
      collection(resource).get(keyOf(namespace, name))?.at(-1)?.object,
    list: (resource, namespace, at = revision) =>
      [...collection(resource)]
        .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
        .flatMap(([key, versions]) => {
          const object = versions.findLast((version) => version.revision <= at)?.object;
          return object === undefined ? [] : [{ key, object }];
        })
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    put: (resource, object) => {
      const stored = atNextRevision(object);
      append(resource, object, stored);
      return stored;
    },
    remove: (resource, object) => {
      const last = atNextRevision(object);
      append(resource, object, undefined);
      return last;
    },
  };
}

function dropHistory(entries: Map<string, Version[]>): void {
  for (const [key, versions] of entries) {
    const last = versions.at(-1);
    if (last?.object === undefined) {
      entries.delete(key);
    } else {
      entries.set(key, [last]);
    }
  }
}
