/** From a request's body to an object: parsing, the schema's types, empty fields left out. */
import { parse as parseYaml, YAMLParseError } from "yaml";
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
