/** Objects of any kind that we know, read and written as an administrator does. */
import { ClusterError } from "../../errors.ts";
import { fieldManager } from "../../pull-secrets/names.ts";
import type { ListQuery } from "../../registration/ports.ts";
import {
  formatRef,
  type KubernetesObject,
  type LiveObject,
  type ObjectRef,
  refOf,
} from "../../rights/kubernetes-object.ts";
import type { SendRequest } from "../transport/request.ts";
import { type Ask, askFor, isNotThere } from "./ask.ts";
import { type ListLimits, listObjects } from "./lists.ts";
import { liveObjectSchema } from "./live-object.ts";
import { json, jsonBody, metadataList, metadataOnly } from "./requests.ts";
import { collectionPath, objectPath } from "./resources.ts";

/** What is in a Secret is no matter here, so it stays where it is. */
const accept = (kind: string) => (kind === "Secret" ? metadataOnly : json);
const acceptList = (kind: string) => (kind === "Secret" ? metadataList : json);

/** @throws ClusterError */
export async function getObject(ask: Ask, ref: ObjectRef): Promise<LiveObject | undefined> {
  const request = {
    what: `read ${formatRef(ref)}`,
    method: "GET",
    path: objectPath(ref),
    headers: { accept: accept(ref.kind) },
    body: undefined,
  } as const;
  try {
    return await askFor(ask, request, liveObjectSchema(ref));
  } catch (error) {
    if (isNotThere(error)) {
      return undefined;
    }
    throw error;
  }
}

/** @throws ClusterError */
export function applyObject(ask: Ask, object: KubernetesObject): Promise<LiveObject> {
  const ref = refOf(object);
  const query = new URLSearchParams({ fieldManager, force: "true" });
  const request = {
    what: `apply ${formatRef(ref)}`,
    method: "PATCH",
    path: `${objectPath(ref)}?${query}`,
    headers: { accept: accept(ref.kind), "content-type": "application/apply-patch+yaml" },
    body: jsonBody(object),
  } as const;
  return askFor(ask, request, liveObjectSchema(ref));
}

/** A JSON merge patch, which takes away what other field managers hold. @throws ClusterError */
export function amendObject(ask: Ask, ref: ObjectRef, patch: object): Promise<LiveObject> {
  const request = {
    what: `change ${formatRef(ref)}`,
    method: "PATCH",
    path: `${objectPath(ref)}?${new URLSearchParams({ fieldManager })}`,
    headers: { accept: accept(ref.kind), "content-type": "application/merge-patch+json" },
    body: jsonBody(patch),
  } as const;
  return askFor(ask, request, liveObjectSchema(ref));
}

/** One that was deleted and made again meanwhile has another UID, and stays. @throws ClusterError */
export async function deleteObject(ask: Ask, ref: ObjectRef, uid: string): Promise<boolean> {
  try {
    await ask({
      what: `delete ${formatRef(ref)}`,
      method: "DELETE",
      path: objectPath(ref),
      headers: { accept: json, "content-type": json },
      body: jsonBody({ apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } }),
    });
    return true;
  } catch (error) {
    // A conflict: another UID, or a namespace that is on its way out already.
    const kept = error instanceof ClusterError ? error.kind : undefined;
    if (kept === "not-found" || kept === "conflict") {
      return false;
    }
    throw error;
  }
}

/** From etcd: what was written a moment ago is in it. @throws ClusterError */
export async function listLiveObjects(
  send: SendRequest,
  query: ListQuery,
  limits: ListLimits,
): Promise<readonly LiveObject[]> {
  const { kind, namespace, labelSelector, fieldSelector } = query;
  const wanted = labelsOf(labelSelector);
  const what = `list ${kind} ${namespace ?? "*"}`;
  const path = collectionPath(query);
  const item = liveObjectSchema(query);
  const list = { what, path, accept: acceptList(kind), item, cached: false };
  const selectors = { namespace, labelSelector, fieldSelector };
  try {
    const objects = await listObjects(send, { ...list, ...selectors }, limits);
    // A server, or a proxy with a cache, may ignore a selector, and what is listed may get deleted.
    return objects.filter(({ metadata: { labels = {} } }) =>
      wanted.every(([key, value]) => labels[key] === value),
    );
  } catch (error) {
    throw isNotThere(error) ? unserved(what) : error;
  }
}

function unserved(what: string): ClusterError {
  return new ClusterError("not-found", `${what}: the API server doesn't serve this kind`, {
    status: 404,
  });
}

/** @throws Error for a selector that answers can't be checked by: a bug */
function labelsOf(selector: string | undefined): readonly (readonly [string, string])[] {
  const terms = selector?.split(",") ?? [];
  return terms.map((term) => {
    const [key, value, ...more] = term.split("=");
    if (!key || value === undefined || more.length > 0 || !/[\w]$/.test(key)) {
      throw new Error(`not a selector of labels by equality: ${selector}`);
    }
    return [key, value];
  });
}
