/** Objects in the form that their types give them, and with their owners. */
import { normalise } from "./decode.ts";
import { withDefaults } from "./defaults.ts";
import { compare } from "./field-set.ts";
import { decodeManagers, encodeManagers, recordUpdate } from "./managers.ts";
import {
  type ApiObject,
  isJsonObject,
  type JsonObject,
  type ManagedFieldsEntry,
  timestamp,
} from "./object.ts";
import { apiVersionOf, type Resource, secrets } from "./resources.ts";

/** The object as its type keeps it: known fields, defaults, and `stringData` moved into `data`. */
export function conform(resource: Resource, raw: unknown): ApiObject {
  const normal = normalise(resource.schema, raw);
  const { metadata, stringData, ...fields } = isJsonObject(normal) ? normal : {};
  const conformed = {
    ...fields,
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { name: "", ...(isJsonObject(metadata) ? metadata : {}), ...managedFieldsOf(raw) },
  };
  return withDefaults(
    resource,
    resource === secrets ? conformSecret(conformed, stringData) : conformed,
  );
}

// An empty list says something here, unlike anywhere else.
function managedFieldsOf(raw: unknown): JsonObject {
  const metadata = isJsonObject(raw) && isJsonObject(raw["metadata"]) ? raw["metadata"] : {};
  const { managedFields } = metadata;
  return Array.isArray(managedFields) ? { managedFields } : {};
}

function conformSecret(secret: ApiObject, stringData: unknown): ApiObject {
  const texts = isJsonObject(stringData) ? Object.entries(stringData) : [];
  const encoded = texts.map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]);
  const data = {
    ...(isJsonObject(secret["data"]) ? secret["data"] : {}),
    ...Object.fromEntries(encoded),
  };
  const { data: _, ...rest } = secret;
  const kept = Object.keys(data).length === 0 ? rest : { ...rest, data };
  return { ...kept, kind: secret.kind, apiVersion: secret.apiVersion, metadata: secret.metadata };
}

/** The object with its owners, after a write that wasn't an apply. */
export function ownedUpdate(
  resource: Resource,
  change: { readonly live: ApiObject | undefined; readonly next: ApiObject },
  writer: { readonly manager: string; readonly at: Date },
): ApiObject {
  const { live, next } = change;
  if (!resource.tracked) {
    return withManagedFields(next, undefined);
  }
  const given = next.metadata.managedFields;
  const before = isReset(given) ? [] : (given ?? live?.metadata.managedFields ?? []);
  // Whoever reset the owners of a live object doesn't become its owner.
  if (live !== undefined && before.length === 0) {
    return withManagedFields(next, undefined);
  }
  const managers = recordUpdate(
    decodeManagers(before),
    compare(resource.schema, live ?? {}, next),
    {
      manager: writer.manager,
      apiVersion: apiVersionOf(resource),
      subresource: undefined,
      time: timestamp(writer.at),
    },
  );
  return withManagedFields(next, encodeManagers(managers));
}

// Nothing, or one empty entry: how a client wipes the owners of an object.
function isReset(given: readonly object[] | undefined): boolean {
  return given?.every((entry) => Object.keys(entry).length === 0) ?? false;
}

export function withManagedFields(
  object: ApiObject,
  managedFields: readonly ManagedFieldsEntry[] | undefined,
): ApiObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: managedFields === undefined ? metadata : { ...metadata, managedFields },
  };
}
