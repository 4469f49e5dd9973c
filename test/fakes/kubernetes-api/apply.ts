/** Server-side apply: merge, drop what its manager no longer names, and find conflicts. */
import { isDeepStrictEqual } from "node:util";
import { type Comparison, compare, displayPath, type FieldPath, leavesOf } from "./field-set.ts";
import { identity, type Manager, type Managers, ownable, withoutFields } from "./managers.ts";
import { merge, prune } from "./merge.ts";
import type { JsonObject } from "./object.ts";
import type { Schema } from "./schema.ts";
import { ApiError } from "./status.ts";

interface ApplyRequest {
  readonly schema: Schema;
  /** Without its managedFields. */
  readonly live: JsonObject;
  readonly patch: JsonObject;
  readonly managers: Managers;
  readonly manager: string;
  readonly apiVersion: string;
  readonly force: boolean;
  readonly now: string;
}

interface Applied {
  readonly object: JsonObject;
  readonly managers: Managers;
}

/** @throws ApiError 409 when other managers own, with other values, what the patch sets */
export function apply(request: ApplyRequest): Applied {
  const { schema, live, patch, managers, now } = request;
  const applier = {
    manager: request.manager,
    operation: "Apply",
    apiVersion: request.apiVersion,
    subresource: undefined,
  } as const;
  const self = identity(applier);
  const last = managers.get(self);
  const fields = ownable(leavesOf(schema, patch));
  const others = new Map([...managers].filter(([id]) => id !== self));
  const merged = merge(schema, live, patch);
  const dropped = (last?.fields ?? new Set<FieldPath>()).difference(fields);
  const object = prune(schema, merged, dropped, allFields(others));

  const change = compare(schema, live, object);
  const left = settle(others, change, request.force);
  const unchanged = isDeepStrictEqual(live, object);
  left.set(self, { ...applier, fields, time: unchanged ? last?.time : now });
  return { object, managers: left };
}

function allFields(managers: Managers): ReadonlySet<FieldPath> {
  return new Set([...managers.values()].flatMap((manager) => [...manager.fields]));
}

function settle(others: Managers, change: Comparison, force: boolean): Managers {
  const taken = change.added.union(change.modified);
  const conflicts = [...others.values()].flatMap((manager) => conflictsWith(manager, taken));
  if (conflicts.length > 0 && !force) {
    throw conflictError(conflicts);
  }
  return withoutFields(others, taken.union(change.removed));
}

interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

function conflictsWith(manager: Manager, taken: ReadonlySet<FieldPath>): FieldConflict[] {
  const name = JSON.stringify(manager.manager);
  const part =
    manager.subresource === undefined ? "" : ` with subresource "${manager.subresource}"`;
  const version = manager.operation === "Update" ? ` using ${manager.apiVersion}` : "";
  return [...manager.fields.intersection(taken)]
    .sort()
    .map((path) => ({ manager: `${name}${part}${version}`, field: displayPath(path) }));
}

function conflictError(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.map(({ manager, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${manager}`,
    field,
  }));
  return new ApiError(409, conflictMessage(conflicts), { reason: "Conflict", details: { causes } });
}

function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`;
  }
  const managers = [...new Set(conflicts.map((conflict) => conflict.manager))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((one) => one.manager === manager).map((one) => `- ${one.field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}
