/** From a request's body to an object: parsing, the schema's types, empty fields left out. */
import { parse as parseYaml, YAMLParseError } from "yaml";
import { displayElement, itemKey } from "./field-set.ts";
import { isJsonObject, type JsonObject } from "./object.ts";
import type { Schema } from "./schema.ts";
import { badRequest } from "./status.ts";

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized: json parse error: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

/** YAML or JSON, as an apply patch may be written. */
export function parsePatchYaml(text: string): JsonObject {
  const parsed = parseJsonOrYaml(text);
  if (parsed === null) {
    return {};
  }
  if (!isJsonObject(parsed)) {
    throw badRequest(
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  }
  return parsed;
}

// Most clients send JSON, which the YAML parser takes many times as long for.
function parseJsonOrYaml(text: string): unknown {
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // A flow mapping may start like this too.
    }
  }
  return parseYamlText(text);
}

function parseYamlText(text: string): unknown {
  try {
    return parseYaml(text, { schema: "core", version: "1.2" });
  } catch (error) {
    if (error instanceof YAMLParseError) {
      throw badRequest(
        `error decoding YAML: error converting YAML to JSON: yaml: ${error.message.split("\n")[0]}`,
      );
    }
    throw error;
  }
}

/** What is wrong with the types of a value, one sentence each, worded as the schema check does. */
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

/** Whether a value is no base64 where the type says bytes. */
export function hasBadBase64(schema: Schema, value: unknown): boolean {
  if (schema.type === "bytes") {
    return !isBase64(value);
  }
  const fieldOf = (key: string) =>
    schema.type === "struct" ? schema.fields[key] : schema.type === "map" && schema.of;
  return (
    isJsonObject(value) &&
    Object.entries(value).some(([key, child]) => {
      const field = fieldOf(key);
      return field ? hasBadBase64(field, child) : false;
    })
  );
}

function isBase64(value: unknown): boolean {
  if (typeof value !== "string") {
    return value === null;
  }
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

/** Known fields only, and none that is empty: as an object looks after a round through its type. */
export function normalise(schema: Schema, value: unknown): unknown {
  const of = "of" in schema ? schema.of : undefined;
  if (schema.type === "atomic" && of !== undefined && isJsonObject(value)) {
    return normalise(of, value);
  }
  if (schema.type === "struct" && isJsonObject(value)) {
    return compact(
      Object.entries(value).flatMap(([key, child]) => {
        const field = schema.fields[key];
        return field === undefined ? [] : [[key, normalise(field, child)]];
      }),
    );
  }
  if (schema.type === "map" && isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, child]) => [key, child ?? ""] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (!Array.isArray(value)) {
    return value;
  }
  const items = of === undefined ? value : value.map((item) => normalise(of, item) ?? item);
  return items.length === 0 ? undefined : items;
}

function compact(entries: readonly (readonly unknown[])[]): JsonObject {
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
