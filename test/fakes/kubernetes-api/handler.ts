/** From an authenticated request to its answer. */
import { type ApiAnswer, type ApiBackend, type ApiCall, requireJson } from "./api-call.ts";
import { finalizeNamespace } from "./deletions.ts";
import { isServed, plainNotFound, type ServedVersion } from "./discovery.ts";
import { groups } from "./discovery-table.ts";
import { list } from "./lists.ts";
import { answerObject, answerWrite } from "./object-requests.ts";
import { createObject, readObject } from "./objects.ts";
import { checkParameters } from "./options.ts";
import { answerPath } from "./paths.ts";
import { authorise } from "./rbac.ts";
import { negotiate, representList } from "./representation.ts";
import { writer } from "./request-guard.ts";
import { namespaces, type Resource, serviceAccounts } from "./resources.ts";
import { reviews } from "./reviews.ts";
import type { ResourceRequest } from "./routes.ts";
import { methodNotAllowed, Surprise, unknownPath } from "./status.ts";

/** @throws ApiError */
export function handle(backend: ApiBackend, call: ApiCall): ApiAnswer {
  const { request } = call;
  authorise(backend.cluster.store, call.user, request);
  if (request.type === "path") {
    return answerPath(backend.server, request);
  }
  if (request.group !== "" && !groups.has(request.group)) {
    return plainNotFound;
  }
  const review = reviews.get(`${request.plural}.${request.group}`);
  if (review !== undefined) {
    return review(backend, call);
  }
  const resource = servedResource(backend.server, request);
  checkParameters(request, call.query);
  if (request.subresource !== undefined) {
    return answerSubresource(backend, call, { ...request, resource });
  }
  if (request.name === undefined) {
    return answerCollection(backend, call, { ...request, resource });
  }
  return answerObject(backend, call, {
    resource,
    namespace: resource.namespaced ? request.namespace : undefined,
    name: request.name,
  });
}

function servedResource(server: ServedVersion, request: ResourceRequest): Resource {
  const { resource, namespace, name } = request;
  const served = isServed(server, request);
  if (served === undefined || (served && resource === undefined)) {
    throw new Surprise(`${request.verb} ${request.plural}`);
  }
  const misplaced = resource?.namespaced && namespace === undefined && name !== undefined;
  if (!served || resource === undefined || misplaced) {
    throw unknownPath();
  }
  return resource;
}

type Served = ResourceRequest & { readonly resource: Resource };

function answerCollection(backend: ApiBackend, call: ApiCall, request: Served): ApiAnswer {
  const { resource, verb } = request;
  const namespace = resource.namespaced ? request.namespace : undefined;
  const acrossNamespaces = resource.namespaced && namespace === undefined;
  if (verb === "list") {
    const representation = negotiate(call.accept);
    const found = list(backend.cluster.store, resource, namespace, call.query);
    return { status: 200, body: representList(resource, found, representation) };
  }
  if (verb === "watch" || (verb === "deletecollection" && !acrossNamespaces)) {
    throw new Surprise(`${verb} ${resource.plural}`);
  }
  if (verb !== "create" || acrossNamespaces) {
    throw methodNotAllowed();
  }
  requireJson(call);
  const place = { resource, namespace };
  const written = createObject(backend.cluster, place, call.body, writer(backend, call, place));
  return answerWrite(resource, written, call);
}

function answerSubresource(backend: ApiBackend, call: ApiCall, request: Served): ApiAnswer {
  const { resource, subresource, name = "", namespace, verb } = request;
  if (subresource === undefined || !resource.subresources.includes(subresource)) {
    const served = isServed(backend.server, {
      ...resource,
      plural: `${resource.plural}/${subresource}`,
    });
    throw served ? new Surprise(`${subresource} of ${resource.plural}`) : unknownPath();
  }
  const allowed = resource === namespaces ? "update" : "create";
  if (verb !== allowed) {
    throw methodNotAllowed();
  }
  requireJson(call);
  const target = { resource, namespace: resource.namespaced ? namespace : undefined, name };
  const options = writer(backend, call, target);
  if (resource === serviceAccounts) {
    const account = readObject(backend.cluster, target);
    return { status: 201, body: backend.tokens.request(account, call.body, options) };
  }
  return { status: 200, body: finalizeNamespace(backend.cluster, target, call.body, options) };
}
