/** Sets of field paths, and their form in `managedFields`. */
import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "./object.ts";
import type { Schema } from "./schema.ts";

/** The elements of a path as FieldsV1 writes them (`f:data`, `k:{"name":"x"}`), as a JSON array. */
export type FieldPath = string;

export interface FieldsV1 {
  readonly [element: string]: FieldsV1;
}

interface FieldNode {
  readonly leaf: boolean;
  /** One of a list whose items are told apart: owned also apart from its fields. */
  readonly item: boolean;
  readonly value: unknown;
}

export interface Comparison {
  readonly added: ReadonlySet<FieldPath>;
  readonly modified: ReadonlySet<FieldPath>;
  readonly removed: ReadonlySet<FieldPath>;
}

export function pathOf(elements: readonly string[]): FieldPath {
  return JSON.stringify(elements);
}

export function elementsOf(path: FieldPath): readonly string[] {
  const elements: unknown = JSON.parse(path);
  if (!Array.isArray(elements)) {
    throw new Error(`not a field path: ${path}`);
  }
  return elements.map(String);
}

/** As conflicts name it: `.data..dockerconfigjson`, `.secrets[name="x"]`. */
export function displayPath(path: FieldPath): string {
  return elementsOf(path).map(displayElement).join("");
}

export function displayElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) {
    return `.${rest}`;
  }
  if (element.startsWith("v:")) {
    return `[=${rest}]`;
  }
  const keys: unknown = JSON.parse(rest);
  const pairs = isJsonObject(keys) ? Object.entries(keys) : [];
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

/** The fields that a value sets, without the maps and lists around them. */
export function leavesOf(schema: Schema, object: unknown): Set<FieldPath> {
  const nodes = [...nodesOf(schema, object)].filter(([, node]) => node.leaf || node.item);
  return new Set(nodes.map(([path]) => path));
}

export function compare(schema: Schema, before: unknown, after: unknown): Comparison {
  const old = nodesOf(schema, before);
  const now = nodesOf(schema, after);
  const modified = [...now].filter(([path, node]) => {
    const other = old.get(path);
    return other?.leaf === true && node.leaf && !isDeepStrictEqual(other.value, node.value);
  });
  return {
    added: new Set([...now.keys()].filter((path) => !old.has(path))),
    modified: new Set(modified.map(([path]) => path)),
    removed: new Set([...old.keys()].filter((path) => !now.has(path))),
  };
}

export function nodesOf(schema: Schema, object: unknown): Map<FieldPath, FieldNode> {
  const nodes = new Map<FieldPath, FieldNode>();
  collect(schema, object, [], nodes);
  return nodes;
}

function collect(
  schema: Schema,
  value: unknown,
  path: readonly string[],
  nodes: Map<FieldPath, FieldNode>,
): void {
  if (value === undefined) {
    return;
  }
  const children = value === null ? undefined : childrenOf(schema, value);
  if (path.length > 0) {
    const leaf = children === undefined || (isJsonObject(value) && children.length === 0);
    const item = path.at(-1)?.startsWith("k:") ?? false;
    nodes.set(pathOf(path), { leaf, item, value: children === undefined ? value : undefined });
  }
  for (const [element, child, childSchema] of children ?? []) {
    collect(childSchema, child, [...path, element], nodes);
  }
}

type Child = readonly [element: string, value: unknown, schema: Schema];

const wholeItem: Schema = { type: "atomic", shape: "object" };

/** Undefined: the value is owned as a whole. */
function childrenOf(schema: Schema, value: unknown): Child[] | undefined {
  if (schema.type === "map" && isJsonObject(value)) {
    return Object.entries(value).map(([key, child]) => [`f:${key}`, child, schema.of]);
  }
  if (schema.type === "struct" && isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, child]): Child[] => {
      const field = schema.fields[key];
      return field === undefined ? [] : [[`f:${key}`, child, field]];
    });
  }
  const keyOf = itemKey(schema);
  return keyOf === undefined || !Array.isArray(value)
    ? undefined
    : value.map((item) => [keyOf(item), item, itemSchema(schema)]);
}

/** How an item of this list is told apart; undefined: by nothing. */
export function itemKey(schema: Schema): ((item: unknown) => string) | undefined {
  if (schema.type === "keyed-list") {
    const { key } = schema;
    return (item) => `k:${JSON.stringify({ [key]: isJsonObject(item) ? item[key] : undefined })}`;
  }
  return schema.type === "set" ? (item) => `v:${JSON.stringify(item)}` : undefined;
}

export function itemSchema(schema: Schema): Schema {
  return (schema.type === "keyed-list" ? schema.of : undefined) ?? wholeItem;
}

export function encodeFields(paths: ReadonlySet<FieldPath>): FieldsV1 {
  const root: MutableFields = {};
  for (const path of paths) {
    let node = root;
    for (const element of elementsOf(path)) {
      node[element] ??= {};
      node = node[element];
    }
    node["."] = {};
  }
  return tidy(root);
}

interface MutableFields {
  [element: string]: MutableFields;
}

// A member without members below it is written as `{}`, one with them carries a dot.
function tidy(node: MutableFields): FieldsV1 {
  const elements = Object.keys(node).sort();
  if (elements.length === 1 && elements[0] === ".") {
    return {};
  }
  return Object.fromEntries(elements.map((element) => [element, tidy(node[element] ?? {})]));
}

export function decodeFields(fields: FieldsV1, path: readonly string[] = []): Set<FieldPath> {
  const elements = Object.entries(fields);
  if (elements.length === 0 && path.length > 0) {
    return new Set([pathOf(path)]);
  }
  return new Set(
    elements.flatMap(([element, child]) =>
      element === "." ? [pathOf(path)] : [...decodeFields(child, [...path, element])],
    ),
  );
}
