/** From an authenticated request to its answer. */
import { reviewAccess } from "./access-review.ts";
import { type ApiAnswer, type ApiBackend, type ApiCall, requireJson } from "./api-call.ts";
import { finalizeNamespace } from "./deletions.ts";
import { list } from "./lists.ts";
import { answerObject, answerWrite } from "./object-requests.ts";
import { createObject, readObject } from "./objects.ts";
import { checkParameters } from "./options.ts";
import { answerPath } from "./paths.ts";
import { authorise } from "./rbac.ts";
import { negotiate, representList } from "./representation.ts";
import { writer } from "./request-guard.ts";
import { namespaces, type Resource, serviceAccounts } from "./resources.ts";
import type { ResourceRequest } from "./routes.ts";
import { reviewSelf } from "./self-review.ts";
import { methodNotAllowed, Surprise, unknownPath } from "./status.ts";

/** @throws ApiError */
export function handle(backend: ApiBackend, call: ApiCall): ApiAnswer {
  const { request } = call;
  authorise(backend.cluster.store, call.user, request);
  if (request.type === "path") {
    return answerPath(request);
  }
  if (request.plural === "selfsubjectaccessreviews") {
    return reviewAccess(backend, call);
  }
  if (request.plural === "selfsubjectreviews") {
    return reviewSelf(backend, call);
  }
  const resource = servedResource(request);
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

// What a real server has, and this one doesn't.
const elsewhere =
  /^(pods|configmaps|services|endpoints|events|nodes|persistentvolumes|persistentvolumeclaims|replicationcontrollers|resourcequotas|limitranges|podtemplates|componentstatuses|bindings)$/;

function servedResource(request: ResourceRequest): Resource {
  if (request.resource === undefined) {
    const known =
      request.group === ""
        ? elsewhere.test(request.plural)
        : /^(apps|batch|[a-z.]+\.k8s\.io)$/.test(request.group);
    throw known ? new Surprise(`${request.verb} ${request.plural}`) : unknownPath();
  }
  if (
    request.resource.namespaced &&
    request.namespace === undefined &&
    request.name !== undefined
  ) {
    throw unknownPath();
  }
  return request.resource;
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
    throw subresource === "status"
      ? new Surprise(`the status of ${resource.plural}`)
      : unknownPath();
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
