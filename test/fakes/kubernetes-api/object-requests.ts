/** Requests for one object: GET, PUT, PATCH, DELETE. */
import {
  type ApiAnswer,
  type ApiBackend,
  type ApiCall,
  mediaType,
  requireJson,
} from "./api-call.ts";
import { deleteObject } from "./deletions.ts";
import { readObject, replaceObject } from "./objects.ts";
import { applyPatch, mergePatch } from "./patches.ts";
import { negotiate, representObject } from "./representation.ts";
import { writer } from "./request-guard.ts";
import { jobs, namespaces, type Resource, volumeClaims } from "./resources.ts";
import { forbidden, methodNotAllowed, Surprise, unsupportedMediaType } from "./status.ts";
import type { Target } from "./target.ts";
import type { WriteResult } from "./writes.ts";

export function answerObject(backend: ApiBackend, call: ApiCall, target: Target): ApiAnswer {
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
        replaceObject(backend.cluster, target, call.body, writer(backend, call, target)),
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
  const options = writer(backend, call, target, applies);
  return applies
    ? applyPatch(cluster, target, call.body, options)
    : mergePatch(cluster, target, call.body, options);
}

export function answerWrite(resource: Resource, written: WriteResult, call: ApiCall): ApiAnswer {
  const body = representObject(resource, written.object, negotiate(call.accept));
  return { status: written.created ? 201 : 200, body };
}

const immortal = ["default", "kube-public", "kube-system"];

function answerDelete(backend: ApiBackend, call: ApiCall, target: Target): ApiAnswer {
  if (target.resource === namespaces && immortal.includes(target.name)) {
    throw forbidden(namespaces, target.name, "this namespace may not be deleted");
  }
  if (target.resource === volumeClaims || target.resource === jobs) {
    throw new Surprise(`the end of ${target.resource.plural}, which a controller holds up`);
  }
  const options = writer(backend, call, target);
  const { last, stays } = deleteObject(backend.cluster, target, call.body, options);
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
