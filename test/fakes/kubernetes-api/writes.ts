/** The common end of every write: admission, ownership, validation, and the store. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { normalise } from "./decode.ts";
import { compare } from "./field-set.ts";
import { decodeManagers, encodeManagers, recordUpdate } from "./managers.ts";
import {
  type ApiObject,
  isJsonObject,
  type JsonObject,
  type ManagedFieldsEntry,
  type Metadata,
  timestamp,
} from "./object.ts";
import { apiVersionOf, namespaces, type Resource, secrets, serviceAccounts } from "./resources.ts";
import { ApiError, alreadyExists, badRequest, forbidden, modified, notFound } from "./status.ts";
import type { Store } from "./store.ts";
import { validate } from "./validation.ts";

export interface Cluster {
  readonly store: Store;
  /** Make the `default` account in each new namespace, as the controller does. */
  readonly defaultServiceAccounts: boolean;
}

/** What a request says about its object, and who writes. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Writer {
  readonly manager: string;
  readonly dryRun: boolean;
}

export interface WriteResult {
  readonly object: ApiObject;
  readonly created: boolean;
}

/** @throws ApiError 404 or 403: nothing new in a namespace that is absent or ends */
export function admitNew(cluster: Cluster, target: Target): void {
  const { namespace, resource } = target;
  if (namespace === undefined || !resource.namespaced) {
    return;
  }
  const found = cluster.store.get(namespaces, undefined, namespace);
  if (found === undefined) {
    throw notFound(namespaces, namespace);
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    throw forbidden(
      resource,
      target.name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    );
  }
}

/** The object as its type keeps it: known fields, defaults, and `stringData` moved into `data`. */
export function conform(resource: Resource, raw: unknown): ApiObject {
  const normal = normalise(resource.schema, raw);
  const { metadata, stringData, ...fields } = isJsonObject(normal) ? normal : {};
  const conformed = {
    ...fields,
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { name: "", ...(isJsonObject(metadata) ? metadata : {}) },
  };
  return resource === secrets ? conformSecret(conformed, stringData) : conformed;
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
  return {
    ...kept,
    kind: secret.kind,
    apiVersion: secret.apiVersion,
    metadata: secret.metadata,
    type: secret["type"] ?? "Opaque",
  };
}

/** Adds what the server owns, validates and stores. `managedFields` must be there already. */
export function storeNew(
  cluster: Cluster,
  target: Target,
  object: ApiObject,
  dryRun: boolean,
): ApiObject {
  const { resource, namespace } = target;
  const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata;
  const complete = withServerFields(resource, {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      creationTimestamp: timestamp(),
    },
  });
  validate(resource, complete);
  if (cluster.store.get(resource, namespace, complete.metadata.name) !== undefined) {
    throw alreadyExists(resource, complete.metadata.name);
  }
  if (dryRun) {
    return complete;
  }
  const stored = cluster.store.put(resource, complete);
  if (resource === namespaces && cluster.defaultServiceAccounts) {
    storeNew(
      cluster,
      { resource: serviceAccounts, namespace: stored.metadata.name, name: "default" },
      conform(serviceAccounts, { metadata: { name: "default" } }),
      false,
    );
  }
  return stored;
}

function withServerFields(resource: Resource, object: ApiObject): ApiObject {
  return resource === namespaces
    ? { ...object, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } }
    : object;
}

/** Replaces a live object; an update that changes nothing isn't written. */
export function storeUpdate(
  cluster: Cluster,
  target: Target,
  change: { readonly live: ApiObject; readonly next: ApiObject; readonly dryRun: boolean },
): ApiObject {
  const { live, dryRun } = change;
  const next = withKeptMetadata(live, change.next);
  checkVersion(target, live, change.next.metadata.resourceVersion);
  validate(target.resource, next, live);
  if (isDeepStrictEqual(withoutTimes(live), withoutTimes(next))) {
    return live;
  }
  if (dryRun) {
    return next;
  }
  if (next.metadata.deletionTimestamp !== undefined && next.metadata.finalizers === undefined) {
    cluster.store.remove(target.resource, next);
    return next;
  }
  return cluster.store.put(target.resource, next);
}

function checkVersion(target: Target, live: ApiObject, asked: string | undefined): void {
  if (asked === undefined || asked === "0") {
    return;
  }
  if (!/^\d+$/.test(asked)) {
    throw new ApiError(500, `strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`);
  }
  if (asked !== live.metadata.resourceVersion) {
    throw modified(target.resource, target.name);
  }
}

// What a client leaves out, or can't change, stays as it is.
function withKeptMetadata(live: ApiObject, next: ApiObject): ApiObject {
  const kept: Metadata = {
    ...next.metadata,
    ...definedOnly({
      uid: next.metadata.uid ?? live.metadata.uid,
      resourceVersion: live.metadata.resourceVersion,
      creationTimestamp: live.metadata.creationTimestamp,
      deletionTimestamp: live.metadata.deletionTimestamp,
      deletionGracePeriodSeconds: live.metadata.deletionGracePeriodSeconds,
    }),
  };
  const status = live["status"] === undefined ? {} : { spec: live["spec"], status: live["status"] };
  return { ...next, ...status, metadata: kept };
}

function definedOnly(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withoutTimes(object: ApiObject): JsonObject {
  const entries = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}

/** The object with its owners, after a write that wasn't an apply. */
export function ownedUpdate(
  resource: Resource,
  change: { readonly live: ApiObject | undefined; readonly next: ApiObject },
  writer: Writer,
): ApiObject {
  const { live, next } = change;
  const given = next.metadata.managedFields;
  const reset = given !== undefined && given.length === 0;
  const before = reset ? [] : (given ?? live?.metadata.managedFields ?? []);
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
      time: timestamp(),
    },
  );
  return withManagedFields(next, encodeManagers(managers));
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

/** The name and namespace of a body must be those of the URL. */
export function checkIdentity(target: Target, metadata: Metadata): void {
  if (metadata.namespace !== undefined && metadata.namespace !== target.namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (metadata.name === "") {
    throw badRequest(
      `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
}
