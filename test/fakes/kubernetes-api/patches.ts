/** PATCH: server-side apply and JSON merge patch. */
import { apply } from "./apply.ts";
import { conform, ownedUpdate, withManagedFields } from "./conform.ts";
import { hasBadBase64, parsePatchYaml } from "./decode.ts";
import { compare } from "./field-set.ts";
import { decodeManagers, encodeManagers, type Managers, recordUpdate } from "./managers.ts";
import { type ApiObject, isJsonObject, type JsonObject, timestamp } from "./object.ts";
import { apiVersionOf, namespaces, type Resource } from "./resources.ts";
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notFound,
  Surprise,
} from "./status.ts";
import { admitNew, checkIdentity, type Target } from "./target.ts";
import { typeErrors } from "./type-errors.ts";
import { type Cluster, storeNew, storeUpdate, type WriteResult, type Writer } from "./writes.ts";

export interface ApplyOptions extends Writer {
  readonly force: boolean;
}

export function applyPatch(
  cluster: Cluster,
  target: Target,
  text: string,
  options: ApplyOptions,
): WriteResult {
  const { resource, namespace, name } = target;
  const patch = parsePatchYaml(text);
  checkPatch(resource, patch);
  const live = cluster.store.get(resource, namespace, name);
  const by = { ...options, at: cluster.now() };
  const applied = applyTo(resource, live, patch, by);
  if (live !== undefined) {
    checkIdentity(target, applied.metadata);
    const object = storeUpdate(cluster, target, { live, next: applied }, options);
    return { object, created: false };
  }
  if (applied.metadata.uid !== undefined) {
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
    );
  }
  checkIdentity(target, applied.metadata);
  admitNew(cluster.store, target);
  return { object: storeNew(cluster, target, applied, options), created: true };
}

function checkPatch(resource: Resource, patch: JsonObject): void {
  const { apiVersion = "", kind = "" } = patch;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    const [group, version] = apiVersion === "v1" ? ["", "v1"] : String(apiVersion).split("/");
    throw badRequest(`invalid object type: ${group}/${version ?? ""}, Kind=${kind}`);
  }
  const metadata = isJsonObject(patch["metadata"]) ? patch["metadata"] : {};
  if (metadata["managedFields"] !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const [problem] = typeErrors(resource.schema, patch);
  if (problem !== undefined) {
    throw new ApiError(
      500,
      `failed to create typed patch object (${objectTitle(resource, patch)}): ${problem}`,
    );
  }
  checkImitated(resource, patch);
}

function checkImitated(resource: Resource, patch: JsonObject): void {
  if (!resource.tracked) {
    throw new Surprise(`an apply of ${resource.plural}`);
  }
  if (patch["stringData"] !== undefined) {
    throw new Surprise("stringData in an apply patch");
  }
  if (resource === namespaces && patch["spec"] !== undefined) {
    throw new Surprise("the spec of a namespace in an apply patch");
  }
}

function objectTitle(resource: Resource, patch: JsonObject): string {
  const metadata = isJsonObject(patch["metadata"]) ? patch["metadata"] : {};
  return `${metadata["namespace"] ?? ""}/${metadata["name"] ?? ""}; ${resource.group}/${resource.version}, Kind=${resource.kind}`;
}

function applyTo(
  resource: Resource,
  live: ApiObject | undefined,
  patch: JsonObject,
  by: { readonly manager: string; readonly force: boolean; readonly at: Date },
): ApiObject {
  const { managedFields: _, ...metadata } = live?.metadata ?? {};
  const bare = live === undefined ? {} : { ...live, metadata };
  const { object, managers } = apply({
    schema: resource.schema,
    live: bare,
    patch,
    managers: ownersOf(resource, live, by.at),
    manager: by.manager,
    apiVersion: apiVersionOf(resource),
    force: by.force,
    now: timestamp(by.at),
  });
  if (hasBadBase64(resource.schema, object)) {
    throw new ApiError(
      500,
      `failed to convert new object (${objectTitle(resource, patch)}) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0`,
    );
  }
  return withManagedFields(conform(resource, object), encodeManagers(managers));
}

// An object that nobody owns gets an owner for what it holds, so that an apply can conflict with it.
function ownersOf(resource: Resource, live: ApiObject | undefined, at: Date): Managers {
  const managers = decodeManagers(live?.metadata.managedFields);
  if (live === undefined || managers.size > 0) {
    return managers;
  }
  return recordUpdate(managers, compare(resource.schema, {}, live), {
    manager: "before-first-apply",
    apiVersion: apiVersionOf(resource),
    subresource: undefined,
    time: timestamp(at),
  });
}

export function mergePatch(
  cluster: Cluster,
  target: Target,
  text: string,
  writer: Writer,
): WriteResult {
  const { resource, namespace, name } = target;
  const live = cluster.store.get(resource, namespace, name);
  if (live === undefined) {
    throw notFound(resource, name);
  }
  const merged = mergeJson(live, parseMergePatch(text));
  const known = typeErrors(resource.schema, merged).filter((one) => !one.includes("not declared"));
  if (known.length > 0 || hasBadBase64(resource.schema, merged)) {
    throw unreadablePatch(merged, known[0] ?? "illegal base64 data at input byte 0");
  }
  const next = conform(resource, merged);
  const by = { manager: writer.manager, at: cluster.now() };
  const owned = ownedUpdate(resource, { live, next }, by);
  checkIdentity(target, owned.metadata);
  return { object: storeUpdate(cluster, target, { live, next: owned }, writer), created: false };
}

function parseMergePatch(text: string): JsonObject {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    throw badRequest("error decoding patch: invalid character");
  }
  if (!isJsonObject(patch)) {
    throw badRequest(
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  }
  return patch;
}

/** RFC 7386. */
function mergeJson(target: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key];
    if (value === null) {
      delete result[key];
    } else if (isJsonObject(value)) {
      result[key] = mergeJson(isJsonObject(before) ? before : {}, value);
    } else {
      result[key] = value;
    }
  }
  return result;
}

// The real server too answers with the whole object here, its data included: clients beware.
function unreadablePatch(merged: JsonObject, why: string): ApiError {
  const cause = invalidValue("patch", JSON.stringify(merged), why);
  return invalid({ kind: "", group: "" }, "", [cause]);
}
