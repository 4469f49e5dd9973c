/** POST, GET, PUT and DELETE of single objects. */
import { randomBytes } from "node:crypto";
import { conform, ownedUpdate } from "./conform.ts";
import { hasBadBase64, parseJson, typeErrors } from "./decode.ts";
import { type ApiObject, isJsonObject, type JsonObject, timestamp } from "./object.ts";
import { apiVersionOf, namespaces, type Resource } from "./resources.ts";
import {
  ApiError,
  badRequest,
  invalid,
  notFound,
  preconditionFailed,
  required,
  Surprise,
} from "./status.ts";
import { admitNew, checkIdentity, type Target } from "./target.ts";
import { type Cluster, storeNew, storeUpdate, type WriteResult, type Writer } from "./writes.ts";

export function readObject(cluster: Cluster, target: Target): ApiObject {
  const found = cluster.store.get(target.resource, target.namespace, target.name);
  if (found === undefined) {
    throw notFound(target.resource, target.name);
  }
  return found;
}

export function createObject(
  cluster: Cluster,
  place: Omit<Target, "name">,
  text: string,
  writer: Writer,
): WriteResult {
  const { resource } = place;
  const raw = decodeBody(resource, text);
  const given = conform(resource, raw);
  const name = nameFor(resource, given);
  const target = { ...place, name };
  checkIdentity(target, { ...given.metadata, name });
  admitNew(cluster.store, target);
  if (given.metadata.resourceVersion !== undefined) {
    throw new ApiError(500, "resourceVersion should not be set on objects to be created");
  }
  const labelled = resource === namespaces ? withNameLabel(given, name) : given;
  const owned = ownedUpdate(resource, { live: undefined, next: labelled }, writer.manager);
  const named = { ...owned, metadata: { ...owned.metadata, name } };
  return { object: storeNew(cluster, target, named, writer.dryRun), created: true };
}

function nameFor(resource: Resource, object: ApiObject): string {
  const { name, generateName } = object.metadata;
  if (name !== "") {
    return name;
  }
  if (generateName === undefined) {
    throw invalid(resource, "", [required("metadata.name", "name or generateName is required")]);
  }
  return `${generateName}${randomBytes(3).toString("hex").slice(0, 5)}`;
}

function withNameLabel(namespace: ApiObject, name: string): ApiObject {
  const labels = { ...namespace.metadata.labels, "kubernetes.io/metadata.name": name };
  return { ...namespace, metadata: { ...namespace.metadata, labels } };
}

export function decodeBody(resource: Resource, text: string): JsonObject {
  const raw = parseJson(text);
  if (!isJsonObject(raw)) {
    throw badRequest("the object provided is unrecognized: not an object");
  }
  const kind = raw["kind"] ?? resource.kind;
  const apiVersion = raw["apiVersion"] ?? apiVersionOf(resource);
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) {
    throw badRequest(
      `${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${resource.kind}: converting (${String(apiVersion)}.${String(kind)}) to (${resource.version}.${resource.kind}): unknown conversion`,
    );
  }
  const problems = typeErrors(resource.schema, raw).filter((one) => !one.includes("not declared"));
  if (problems.length > 0 || hasBadBase64(raw["data"])) {
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${problems[0] ?? "illegal base64 data at input byte 0"}`,
    );
  }
  return raw;
}

export function replaceObject(
  cluster: Cluster,
  target: Target,
  text: string,
  writer: Writer,
): WriteResult {
  const { resource } = target;
  const given = conform(resource, decodeBody(resource, text));
  checkIdentity(target, given.metadata);
  const live = readObject(cluster, target);
  const labelled = resource === namespaces ? withNameLabel(given, target.name) : given;
  const located = withNamespace(labelled, target.namespace);
  const owned = ownedUpdate(resource, { live, next: located }, writer.manager);
  const object = storeUpdate(cluster, target, { live, next: owned, dryRun: writer.dryRun });
  return { object, created: false };
}

function withNamespace(object: ApiObject, namespace: string | undefined): ApiObject {
  return namespace === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };
}

/** The object as it is now if it stays for a while, undefined once it is gone. */
export interface Deletion {
  readonly last: ApiObject;
  readonly stays: boolean;
}

export function deleteObject(
  cluster: Cluster,
  target: Target,
  text: string,
  dryRun: boolean,
): Deletion {
  const options = text === "" ? {} : parseJson(text);
  const live = readObject(cluster, target);
  checkDeleteOptions(target, live, isJsonObject(options) ? options : {});
  const waits = target.resource === namespaces || live.metadata.finalizers !== undefined;
  if (!waits) {
    return { last: dryRun ? live : cluster.store.remove(target.resource, live), stays: false };
  }
  if (live.metadata.deletionTimestamp !== undefined || dryRun) {
    return { last: live, stays: true };
  }
  return { last: cluster.store.put(target.resource, ending(live)), stays: true };
}

function ending(live: ApiObject): ApiObject {
  const isNamespace = live.kind === namespaces.kind;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      deletionTimestamp: timestamp(),
      ...(isNamespace ? {} : { deletionGracePeriodSeconds: 0 }),
    },
    ...(isNamespace ? { status: { phase: "Terminating" } } : {}),
  };
}

function checkDeleteOptions(target: Target, live: ApiObject, options: JsonObject): void {
  const preconditions = isJsonObject(options["preconditions"]) ? options["preconditions"] : {};
  const { uid, resourceVersion } = preconditions;
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw preconditionFailed(
      target.resource,
      target.name,
      `the UID in the precondition (${String(uid)}) does not match the UID in record (${live.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    throw preconditionFailed(
      target.resource,
      target.name,
      `the ResourceVersion in the precondition (${String(resourceVersion)}) does not match the ResourceVersion in record (${live.metadata.resourceVersion}). The object might have been modified`,
    );
  }
  if (options["propagationPolicy"] === "Foreground" || options["propagationPolicy"] === "Orphan") {
    throw new Surprise(`propagationPolicy ${options["propagationPolicy"]}`);
  }
}

/** The last step of a namespace's end: without finalizers it goes; its content stays behind. */
export function finalizeNamespace(cluster: Cluster, target: Target, text: string): ApiObject {
  const given = conform(namespaces, decodeBody(namespaces, text));
  checkIdentity(target, given.metadata);
  const live = readObject(cluster, target);
  const spec = isJsonObject(given["spec"]) ? given["spec"] : {};
  const next = { ...live, spec };
  if (spec["finalizers"] === undefined && live.metadata.deletionTimestamp !== undefined) {
    cluster.store.remove(namespaces, live);
    return next;
  }
  return cluster.store.put(namespaces, next);
}
