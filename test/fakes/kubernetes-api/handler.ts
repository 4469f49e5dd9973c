/** From an authenticated request to its answer. */

import { parseJson } from "./decode.ts";
import { list } from "./lists.ts";
import { isJsonObject } from "./object.ts";
import {
  createObject,
  deleteObject,
  finalizeNamespace,
  readObject,
  replaceObject,
} from "./objects.ts";
import { checkParameters, writeOptions } from "./options.ts";
import { applyPatch, mergePatch } from "./patches.ts";
import { answerPath, type PathAnswer } from "./paths.ts";
import { accessOf, authorise, denied, isAllowed, type User } from "./rbac.ts";
import { negotiate, representList, representObject } from "./representation.ts";
import { namespaces, type Resource, serviceAccounts } from "./resources.ts";
import type { PathRequest, ResourceRequest } from "./routes.ts";
import type { TokenIssuer } from "./service-account-tokens.ts";
import { methodNotAllowed, Surprise, unknownPath, unsupportedMediaType } from "./status.ts";
import type { Cluster, Target, WriteResult } from "./writes.ts";

export interface ApiCall {
  readonly request: ResourceRequest | PathRequest;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly userAgent: string;
  readonly body: string;
  readonly user: User;
}

export interface ApiAnswer {
  readonly status: number;
  /** A string is sent as plain text. */
  readonly body: object | string;
}

export interface ApiBackend {
  readonly cluster: Cluster;
  readonly tokens: TokenIssuer;
}

/** @throws ApiError */
export function handle(backend: ApiBackend, call: ApiCall): ApiAnswer | PathAnswer {
  const { request } = call;
  authorise(backend.cluster.store, call.user, request);
  if (request.type === "path") {
    return answerPath(request);
  }
  if (request.plural === "selfsubjectaccessreviews") {
    return reviewAccess(backend, call);
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
  const options = writeOptions(verb, call.query, { userAgent: call.userAgent, applies: false });
  const written = createObject(backend.cluster, { resource, namespace }, call.body, options);
  return answerWrite(resource, written, call);
}

function answerObject(backend: ApiBackend, call: ApiCall, target: Target): ApiAnswer {
  switch (call.request.verb) {
    case "get":
      return {
        status: 200,
        body: representObject(
          target.resource,
          readObject(backend.cluster, target),
          negotiate(call.accept),
        ),
      };
    case "update":
      requireJson(call);
      return answerWrite(
        target.resource,
        replaceObject(backend.cluster, target, call.body, {
          ...writeOptions("update", call.query, { userAgent: call.userAgent, applies: false }),
        }),
        call,
      );
    case "patch":
      return answerWrite(target.resource, patch(backend, call, target), call);
    case "delete":
      return answerDelete(backend, call, target);
    default:
      throw methodNotAllowed();
  }
}

function patch(backend: ApiBackend, call: ApiCall, target: Target): WriteResult {
  const { cluster } = backend;
  const type = mediaType(call.contentType);
  const applies = type === "application/apply-patch+yaml";
  if (!applies && type !== "application/merge-patch+json") {
    throw type === "application/json-patch+json" ||
      type === "application/strategic-merge-patch+json"
      ? new Surprise(`patches of type ${type}`)
      : unsupportedMediaType();
  }
  const options = writeOptions("patch", call.query, { userAgent: call.userAgent, applies });
  return applies
    ? applyPatch(cluster, target, call.body, {
        ...options,
        authorizeCreate: () => requireCreate(backend, call),
      })
    : mergePatch(cluster, target, call.body, options);
}

function requireCreate(backend: ApiBackend, call: ApiCall): void {
  if (call.request.type !== "resource") {
    return;
  }
  const access = { ...accessOf(call.request), verb: "create" };
  if (!isAllowed(backend.cluster.store, call.user, access)) {
    throw denied(call.user, call.request, access);
  }
}

function answerWrite(resource: Resource, written: WriteResult, call: ApiCall): ApiAnswer {
  const body = representObject(resource, written.object, negotiate(call.accept));
  return { status: written.created ? 201 : 200, body };
}

function answerDelete(backend: ApiBackend, call: ApiCall, target: Target): ApiAnswer {
  const { dryRun } = writeOptions("delete", call.query, {
    userAgent: call.userAgent,
    applies: false,
  });
  const { last, stays } = deleteObject(backend.cluster, target, call.body, dryRun);
  const { resource } = target;
  if (stays || resource.deleteAnswer === "object") {
    return { status: 200, body: representObject(resource, last, negotiate(call.accept)) };
  }
  const details = {
    name: target.name,
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: last.metadata.uid,
  };
  return {
    status: 200,
    body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details },
  };
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
  if (resource === serviceAccounts) {
    const account = readObject(backend.cluster, target);
    return { status: 201, body: backend.tokens.request(account, call.body) };
  }
  return { status: 200, body: finalizeNamespace(backend.cluster, target, call.body) };
}

function reviewAccess(backend: ApiBackend, call: ApiCall): ApiAnswer {
  if (call.request.verb !== "create") {
    throw methodNotAllowed();
  }
  const body = parseJson(call.body);
  const spec = isJsonObject(body) && isJsonObject(body["spec"]) ? body["spec"] : {};
  const asked = isJsonObject(spec["resourceAttributes"]) ? spec["resourceAttributes"] : undefined;
  if (asked === undefined) {
    throw new Surprise("a review without resourceAttributes");
  }
  const text = (key: string) =>
    typeof asked[key] === "string" && asked[key] !== "" ? asked[key] : undefined;
  const subresource = text("subresource");
  const plural = text("resource") ?? "";
  const allowed = isAllowed(backend.cluster.store, call.user, {
    verb: text("verb") ?? "",
    group: text("group") ?? "",
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace: text("namespace"),
    name: text("name"),
  });
  return {
    status: 201,
    body: {
      kind: "SelfSubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata: {},
      spec,
      status: { allowed },
    },
  };
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim() ?? "";
}

function requireJson(call: ApiCall): void {
  const type = mediaType(call.contentType);
  if (type === "application/yaml" || type === "application/vnd.kubernetes.protobuf") {
    throw new Surprise(`bodies of type ${type}`);
  }
  if (type !== "" && type !== "application/json") {
    throw unsupportedMediaType(
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  }
}
