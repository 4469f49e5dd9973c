/** The requests themselves, and what makes those that change something safe to repeat. */
import type { SecretManifest } from "../../pull-secrets/manifest.ts";
import { fieldManager } from "../../pull-secrets/names.ts";
import type { ApplyGuard, ServiceAccountState } from "../../refresh/ports.ts";
import type { SecretValue } from "../../secret-value.ts";
import type { ApiRequest } from "../transport/request.ts";
import type { ListQuery } from "./lists.ts";

export type ObjectRequest = Omit<ApiRequest, "maxBytes" | "form">;
type Query = Omit<ListQuery<never>, "item">;

export const json = "application/json";
// An API server that doesn't know the first form answers with whole objects, which hold the same.
export const metadataOnly = `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${json}`;
export const metadataList = `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${json}`;

export function namespaceList(): Query {
  const path = resourcePath("namespaces");
  return { what: "list namespaces", path, accept: metadataList, cached: true };
}

export function secretList(name: string, namespace: string | undefined): Query {
  const path = resourcePath("secrets", namespace);
  const what = `list secrets ${namespace ?? "*"}/${name}`;
  return { what, path, accept: metadataList, name, namespace, cached: true };
}

/** Whole objects: the links aren't metadata. */
export function accountList(
  name: string | undefined,
  namespace: string | undefined,
  cached: boolean,
): Query {
  const path = resourcePath("serviceaccounts", namespace);
  const what = `list service accounts ${namespace ?? "*"}/${name ?? "*"}`;
  return { what, path, accept: json, name, namespace, cached };
}

export function getSecret(namespace: string, name: string): ObjectRequest {
  return { ...readSecret(namespace, name), headers: { accept: metadataOnly } };
}

export function readSecret(namespace: string, name: string): ObjectRequest {
  return {
    what: `read secret ${namespace}/${name}`,
    method: "GET",
    path: resourcePath("secrets", namespace, name),
    headers: { accept: json },
    body: undefined,
  };
}

/**
 * Server-side apply says what shall be, so it may be said twice. The answer is metadata only: the
 * data that was just sent would be nine tenths of it.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applySecret(manifest: SecretManifest, guard: ApplyGuard): ObjectRequest {
  const { namespace, name, labels, annotations, type } = manifest;
  const query = new URLSearchParams({ fieldManager, force: String(guard.force) });
  const { resourceVersion } = guard;
  return {
    what: `apply secret ${namespace}/${name}`,
    method: "PATCH",
    path: `${resourcePath("secrets", namespace, name)}?${query}`,
    headers: { accept: metadataOnly, "content-type": "application/apply-patch+yaml" },
    // JSON is YAML too.
    body: jsonBody({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace, labels, annotations, resourceVersion },
      type,
      data: encodeData(manifest),
    }),
  };
}

/** A secret that was deleted and made again meanwhile has another UID, and stays. */
export function deleteSecret(namespace: string, name: string, uid: string): ObjectRequest {
  return {
    what: `delete secret ${namespace}/${name}`,
    method: "DELETE",
    path: resourcePath("secrets", namespace, name),
    headers: { accept: json, "content-type": json },
    body: jsonBody({ apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } }),
  };
}

/** The list is replaced as a whole; the version says that it is still the one that was read. */
export function setImagePullSecrets(
  { namespace, name, resourceVersion }: ServiceAccountState,
  imagePullSecrets: readonly string[],
): ObjectRequest {
  return {
    what: `link service account ${namespace}/${name}`,
    method: "PATCH",
    path: `${resourcePath("serviceaccounts", namespace, name)}?${new URLSearchParams({ fieldManager })}`,
    headers: { accept: metadataOnly, "content-type": "application/merge-patch+json" },
    body: jsonBody({
      metadata: { resourceVersion },
      imagePullSecrets: imagePullSecrets.map((entry) => (entry === "" ? {} : { name: entry })),
    }),
  };
}

function resourcePath(resource: string, namespace?: string, name?: string): string {
  const within = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `/api/v1${within}/${resource}${object}`;
}

/** One value goes to hundreds of namespaces: encoded once, and forgotten with it. */
const encoded = new WeakMap<SecretValue, string>();

function encodeData({ data }: SecretManifest): Record<string, string> {
  const entries = Object.entries(data).map(([key, value]) => {
    const text = encoded.get(value) ?? Buffer.from(value.reveal(), "utf8").toString("base64");
    encoded.set(value, text);
    return [key, text] as const;
  });
  return Object.fromEntries(entries);
}

export function jsonBody(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), "utf8");
}
