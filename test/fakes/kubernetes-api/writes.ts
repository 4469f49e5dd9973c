/** The end of every write: what the server adds, validation, and the store. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { conform } from "./conform.ts";
import { type ApiObject, type JsonObject, type Metadata, timestamp } from "./object.ts";
import { namespaces, type Resource, serviceAccounts } from "./resources.ts";
import { ApiError, alreadyExists, modified } from "./status.ts";
import type { Store } from "./store.ts";
import type { Target } from "./target.ts";
import { validate } from "./validation.ts";

export interface Cluster {
  readonly store: Store;
  /** Make the `default` account in each new namespace, as the controller does. */
  readonly defaultServiceAccounts: boolean;
}

export interface Writer {
  readonly manager: string;
  readonly dryRun: boolean;
}

export interface WriteResult {
  readonly object: ApiObject;
  readonly created: boolean;
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
  const present = cluster.store.get(resource, namespace, complete.metadata.name);
  if (present !== undefined) {
    const ending = present.metadata.deletionTimestamp !== undefined;
    throw alreadyExists(resource, complete.metadata.name, ending);
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
