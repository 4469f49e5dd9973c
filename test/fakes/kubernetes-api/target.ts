/** What a request is about, and whether it may be. */
import type { Metadata } from "./object.ts";
import { namespaces, type Resource } from "./resources.ts";
import { badRequest, forbidden, notFound } from "./status.ts";
import type { Store } from "./store.ts";

/** What a request says about its object, and who writes. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** @throws ApiError 404 or 403: nothing new in a namespace that is absent or ends */
export function admitNew(store: Store, target: Target): void {
  const { namespace, resource } = target;
  if (namespace === undefined || !resource.namespaced) {
    return;
  }
  const found = store.get(namespaces, undefined, namespace);
  if (found === undefined) {
    throw notFound(namespaces, namespace);
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    throw forbidden(
      resource,
      target.name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    );
  }
}

/** The name and namespace of a body must be those of the URL. */
export function checkIdentity(target: Target, metadata: Metadata): void {
  if (metadata.namespace !== undefined && metadata.namespace !== target.namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (metadata.name === "") {
    throw badRequest(
      `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
}
