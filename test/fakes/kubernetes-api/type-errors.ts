/** Values against the types of the schema, worded as the real server's schema check does. */
import { displayElement, itemKey } from "./field-set.ts";
import { isJsonObject } from "./object.ts";
import type { Schema } from "./schema.ts";

/** What is wrong with the types of a value, one sentence each. */
export function typeErrors(schema: Schema, value: unknown, path = ""): string[] {
  if (value === null || value === undefined) {
    return [];
  }
  if (!fits(schema, value)) {
    return [`${path}: expected ${expected(schema)}, got ${describe(value)}`];
  }
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, child]) =>
      fieldErrors(schema, `${path}.${key}`, key, child),
    );
  }
  return Array.isArray(value) ? itemErrors(schema, value, path) : [];
}

function fieldErrors(schema: Schema, path: string, key: string, value: unknown): string[] {
  if (schema.type === "atomic") {
    return schema.of === undefined ? [] : fieldErrors(schema.of, path, key, value);
  }
  const field = schema.type === "struct" ? schema.fields[key] : undefined;
  if (schema.type === "struct" && field === undefined) {
    return [`${path}: field not declared in schema`];
  }
  const child = field ?? (schema.type === "map" ? schema.of : undefined);
  return child === undefined ? [] : typeErrors(child, value, path);
}

function itemErrors(schema: Schema, items: readonly unknown[], path: string): string[] {
  const keyOf = itemKey(schema);
  const keys = keyOf === undefined ? [] : items.map((item) => displayElement(keyOf(item)));
  const twice = keys.filter((key, index) => keys.indexOf(key) < index);
  const of = "of" in schema ? schema.of : undefined;
  return [
    ...[...new Set(twice)].map((key) => `${path}: duplicate entries for key ${key}`),
    ...items.flatMap((item, index) =>
      of === undefined ? [] : typeErrors(of, item, `${path}${keys[index] ?? `[${index}]`}`),
    ),
  ];
}

function fits(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case "struct":
    case "map":
      return isJsonObject(value);
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "atomic":
      return schema.shape === "list" ? Array.isArray(value) : isJsonObject(value);
    case "keyed-list":
      return Array.isArray(value) && value.every(isJsonObject);
    case "set":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    default:
      return typeof value === "string";
  }
}

function expected(schema: Schema): string {
  if (schema.type === "bytes" || schema.type === "time") {
    return "string";
  }
  if (schema.type === "struct" || (schema.type === "atomic" && schema.shape === "object")) {
    return "map";
  }
  return ["keyed-list", "set", "atomic"].includes(schema.type) ? "list" : schema.type;
}

function describe(value: unknown): string {
  return `&value.valueUnstructured{Value:${typeof value === "object" ? JSON.stringify(value) : String(value)}}`;
}
