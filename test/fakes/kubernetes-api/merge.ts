/** How an apply changes values: map by map, list by list, and what it takes away. */
import { elementsOf, type FieldPath, itemKey, itemSchema, nodesOf, pathOf } from "./field-set.ts";
import { isJsonObject, type JsonObject } from "./object.ts";
import type { Schema } from "./schema.ts";

export function merge(schema: Schema, live: unknown, patch: unknown): JsonObject {
  const merged = mergeValue(schema, live, patch);
  return isJsonObject(merged) ? merged : {};
}

function mergeValue(schema: Schema, live: unknown, patch: unknown): unknown {
  // A null says nothing about a map or list that is there.
  const kept = patch === null && typeof live === "object" && live !== null;
  if (patch === undefined || kept) {
    return live;
  }
  if (isJsonObject(live) && isJsonObject(patch) && schema.type !== "atomic") {
    const keys = new Set([...Object.keys(live), ...Object.keys(patch)]);
    return Object.fromEntries(
      [...keys].map((key) => [key, mergeValue(fieldSchema(schema, key), live[key], patch[key])]),
    );
  }
  if (Array.isArray(live) && Array.isArray(patch)) {
    return mergeLists(schema, live, patch);
  }
  return patch;
}

function fieldSchema(schema: Schema, key: string): Schema {
  const field = schema.type === "struct" ? schema.fields[key] : undefined;
  return field ?? (schema.type === "map" ? schema.of : { type: "atomic", shape: "object" });
}

function mergeLists(schema: Schema, live: readonly unknown[], patch: readonly unknown[]): unknown {
  const keyOf = itemKey(schema);
  if (keyOf === undefined) {
    return patch;
  }
  const before = new Map(live.map((item) => [keyOf(item), item]));
  const merged = patch.map((item) => mergeValue(itemSchema(schema), before.get(keyOf(item)), item));
  return mergeItems(live, merged, keyOf);
}

// The patch's items in its order, and the others where they stood between them.
function mergeItems(
  live: readonly unknown[],
  patch: readonly unknown[],
  keyOf: (item: unknown) => string,
): unknown[] {
  const patched = new Set(patch.map(keyOf));
  const known = new Set(live.map(keyOf));
  const left = [...live];
  const merged = patch.flatMap((item) => {
    const before: unknown[] = [];
    while (left.length > 0 && keyOf(left[0]) !== keyOf(item)) {
      const next = left[0];
      if (!patched.has(keyOf(next))) {
        before.push(next);
      } else if (!known.has(keyOf(item))) {
        break;
      }
      left.shift();
    }
    if (keyOf(left[0]) === keyOf(item)) {
      left.shift();
    }
    return [...before, item];
  });
  return [...merged, ...left.filter((item) => !patched.has(keyOf(item)))];
}

/** Without the fields that were dropped, but for those that somebody owns. */
export function prune(
  schema: Schema,
  object: JsonObject,
  dropped: ReadonlySet<FieldPath>,
  owned: ReadonlySet<FieldPath>,
): JsonObject {
  const nodes = nodesOf(schema, object);
  const paths = [...dropped.difference(owned)]
    .filter((path) => nodes.get(path)?.leaf || nodes.get(path)?.item)
    .map(elementsOf)
    // An item goes before its fields: without its key it couldn't be found.
    .sort((a, b) => a.length - b.length);
  let result = object;
  for (const path of paths) {
    result = removeAt({ schema, path: [] }, result, path, owned);
  }
  return result;
}

interface Position {
  readonly schema: Schema;
  readonly path: readonly string[];
}

function removeAt(
  at: Position,
  object: JsonObject,
  [element = "", ...rest]: readonly string[],
  owned: ReadonlySet<FieldPath>,
): JsonObject {
  const key = element.slice(2);
  const { [key]: value, ...others } = object;
  const below = { schema: fieldSchema(at.schema, key), path: [...at.path, element] };
  const left = rest.length === 0 ? undefined : removeBelow(below, value, rest, owned);
  return left === undefined ? others : { ...object, [key]: left };
}

// A map or list that lost its last entry goes too, unless somebody owns the map or list itself.
function removeBelow(
  at: Position,
  value: unknown,
  rest: readonly string[],
  owned: ReadonlySet<FieldPath>,
): unknown {
  const left = isJsonObject(value)
    ? removeAt(at, value, rest, owned)
    : removeItem(at, Array.isArray(value) ? value : [], rest, owned);
  return Object.keys(left).length === 0 && !owned.has(pathOf(at.path)) ? undefined : left;
}

function removeItem(
  at: Position,
  list: readonly unknown[],
  [element = "", ...rest]: readonly string[],
  owned: ReadonlySet<FieldPath>,
): unknown[] {
  const keyOf = itemKey(at.schema);
  if (rest.length === 0) {
    return list.filter((item) => keyOf?.(item) !== element);
  }
  const below = { schema: itemSchema(at.schema), path: [...at.path, element] };
  return list.map((item) =>
    isJsonObject(item) && keyOf?.(item) === element ? removeAt(below, item, rest, owned) : item,
  );
}
