/** Who owns which field: the bookkeeping behind `metadata.managedFields`. */
import {
  type Comparison,
  decodeFields,
  encodeFields,
  type FieldPath,
  pathOf,
} from "./field-set.ts";
import type { ManagedFieldsEntry } from "./object.ts";

export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  /** Undefined for one that joined without changing the object. */
  readonly time: string | undefined;
  readonly fields: ReadonlySet<FieldPath>;
}

/** By identity: an applier keeps its entry when the API version changes, an updater doesn't. */
export type Managers = Map<string, Manager>;

// The identity of an object, never owned by anybody.
const unowned = new Set([
  pathOf(["f:apiVersion"]),
  pathOf(["f:kind"]),
  pathOf(["f:metadata"]),
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((field) => pathOf(["f:metadata", `f:${field}`])),
]);

export function identity(manager: Omit<Manager, "time" | "fields">): string {
  const apiVersion = manager.operation === "Apply" ? "" : manager.apiVersion;
  return JSON.stringify([
    manager.manager,
    manager.operation,
    apiVersion,
    manager.subresource ?? "",
  ]);
}

export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  return new Map(
    (entries ?? []).map((entry) => {
      const manager: Manager = {
        manager: entry.manager,
        operation: entry.operation,
        apiVersion: entry.apiVersion,
        subresource: entry.subresource,
        time: entry.time,
        fields: decodeFields(entry.fieldsV1),
      };
      return [identity(manager), manager];
    }),
  );
}

export function encodeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  const entries = [...managers.values()].filter((manager) => manager.fields.size > 0);
  if (entries.length === 0) {
    return undefined;
  }
  return entries.sort(byOperationTimeName).map((manager) => ({
    manager: manager.manager,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: encodeFields(manager.fields),
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  }));
}

function byOperationTimeName(a: Manager, b: Manager): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time ?? "", b.time ?? "") ||
    order(a.manager, b.manager) ||
    order(a.subresource ?? "", b.subresource ?? "")
  );
}

function order(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}

/** A write without apply: whoever writes owns what changed, and everybody else loses it. */
export function recordUpdate(
  managers: Managers,
  change: Comparison,
  writer: Omit<Manager, "fields" | "operation">,
): Managers {
  const self = identity({ ...writer, operation: "Update" });
  const taken = ownable(change.added.union(change.modified));
  const result = withoutFields(managers, change.added.union(change.modified).union(change.removed));
  if (taken.size > 0) {
    const before = result.get(self)?.fields ?? new Set();
    result.set(self, { ...writer, operation: "Update", fields: taken.union(before) });
  }
  return result;
}

export function withoutFields(managers: Managers, fields: ReadonlySet<FieldPath>): Managers {
  const left = [...managers].map(([id, manager]): [string, Manager] => [
    id,
    { ...manager, fields: manager.fields.difference(fields) },
  ]);
  return new Map(left.filter(([, manager]) => manager.fields.size > 0));
}

// The status of a namespace is the server's alone, whatever a client sends.
export function ownable(fields: ReadonlySet<FieldPath>): ReadonlySet<FieldPath> {
  return new Set(
    [...fields].filter((path) => !unowned.has(path) && !path.startsWith('["f:status"')),
  );
}
