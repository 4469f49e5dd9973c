/** POST, GET and PUT of single objects. */
import { randomBytes } from "node:crypto";
import { conform, ownedUpdate } from "./conform.ts";
import { hasBadBase64, parseJson } from "./decode.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "./object.ts";
import { apiVersionOf, namespaces, type Resource } from "./resources.ts";
import { ApiError, badRequest, invalid, notFound, required } from "./status.ts";
import { admitNew, checkIdentity, type Target } from "./target.ts";
import { typeErrors } from "./type-errors.ts";
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
  const owned = ownedUpdate(
    resource,
    { live: undefined, next: labelled },
    { manager: writer.manager, at: cluster.now() },
  );
  const named = { ...owned, metadata: { ...owned.metadata, name } };
  return { object: storeNew(cluster, target, named, writer), created: true };
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
  if (problems.length > 0 || hasBadBase64(resource.schema, raw)) {
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
  const by = { manager: writer.manager, at: cluster.now() };
  const owned = ownedUpdate(resource, { live, next: located }, by);
  return { object: storeUpdate(cluster, target, { live, next: owned }, writer), created: false };
}

function withNamespace(object: ApiObject, namespace: string | undefined): ApiObject {
  return namespace === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };
}
