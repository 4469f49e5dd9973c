/** The end of every write: what the server adds, what judges it, and the store. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { conform } from "./conform.ts";
import { withTemplateCount } from "./daemon-sets.ts";
import { type Guard, unguarded } from "./guard.ts";
import { type ApiObject, type JsonObject, type Metadata, timestamp } from "./object.ts";
import { daemonSets, namespaces, policies, type Resource, serviceAccounts } from "./resources.ts";
import { ApiError, alreadyExists, modified } from "./status.ts";
import type { Store } from "./store.ts";
import type { Target } from "./target.ts";
import { validate } from "./validation.ts";

export interface Cluster {
  readonly store: Store;
  readonly now: () => Date;
  /** Make the `default` account in each new namespace, as the controller does. */
  readonly defaultServiceAccounts: boolean;
}

export interface Writer {
  readonly manager: string;
  readonly dryRun: boolean;
  readonly guard: Guard;
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
  writer: Writer,
): ApiObject {
  const { resource, namespace } = target;
  const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata;
  const complete = withServerFields(resource, {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      ...(resource.counted ? { generation: 1 } : {}),
      creationTimestamp: timestamp(cluster.now()),
    },
  });
  const change = { object: complete, oldObject: undefined };
  writer.guard.beforeValidation(change);
  validate(resource, complete);
  writer.guard.afterValidation(change);
  refusePresent(cluster.store, target, complete);
  if (writer.dryRun) {
    return complete;
  }
  const stored = cluster.store.put(resource, complete);
  if (resource === namespaces && cluster.defaultServiceAccounts) {
    storeDefaultAccount(cluster, stored.metadata.name, writer);
  }
  return stored;
}

function refusePresent(store: Store, { resource, namespace }: Target, object: ApiObject): void {
  const { name } = object.metadata;
  const present = store.get(resource, namespace, name);
  if (present !== undefined) {
    throw alreadyExists(resource, name, present.metadata.deletionTimestamp !== undefined);
  }
}

function storeDefaultAccount(cluster: Cluster, namespace: string, writer: Writer): void {
  const target = { resource: serviceAccounts, namespace, name: "default" };
  const account = conform(serviceAccounts, { metadata: { name: "default" } });
  storeNew(cluster, target, account, { ...writer, guard: unguarded });
}

function withServerFields(resource: Resource, object: ApiObject): ApiObject {
  if (resource === namespaces) {
    return { ...object, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
  }
  if (resource === daemonSets) {
    return withTemplateCount(object, undefined);
  }
  return resource === policies ? { ...object, status: {} } : object;
}

interface Replacement {
  readonly live: ApiObject;
  readonly next: ApiObject;
}

/** Replaces a live object; an update that changes nothing isn't written. */
export function storeUpdate(
  cluster: Cluster,
  target: Target,
  replacement: Replacement,
  writer: Writer,
): ApiObject {
  const { live } = replacement;
  const next = withServersPart(target.resource, replacement);
  const change = { object: next, oldObject: live };
  writer.guard.beforeValidation(change);
  checkVersion(target, live, replacement.next.metadata.resourceVersion);
  validate(target.resource, next, live);
  writer.guard.afterValidation(change);
  if (isDeepStrictEqual(withoutTimes(live), withoutTimes(next))) {
    return live;
  }
  if (writer.dryRun) {
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
function withServersPart(resource: Resource, { live, next }: Replacement): ApiObject {
  const kept = {
    ...(resource === namespaces ? { spec: live["spec"] } : {}),
    ...(live["status"] === undefined ? {} : { status: live["status"] }),
  };
  const sent = { ...next, ...kept };
  const object = resource === daemonSets ? withTemplateCount(sent, live) : sent;
  const { generation = 0 } = live.metadata;
  const respecified = !isDeepStrictEqual(live["spec"], object["spec"]);
  const metadata: Metadata = {
    ...object.metadata,
    ...definedOnly({
      uid: next.metadata.uid ?? live.metadata.uid,
      resourceVersion: live.metadata.resourceVersion,
      generation: resource.counted ? generation + Number(respecified) : undefined,
      creationTimestamp: live.metadata.creationTimestamp,
      deletionTimestamp: live.metadata.deletionTimestamp,
      deletionGracePeriodSeconds: live.metadata.deletionGracePeriodSeconds,
    }),
  };
  return { ...object, metadata };
}

function definedOnly(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withoutTimes(object: ApiObject): JsonObject {
  const entries = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
