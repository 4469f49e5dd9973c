/** Who may do what: asked of every request before anything else. */
import type { PathRequest, ResourceRequest } from "./routes.ts";
import { type Access, isAllowed, mayVisit, type User } from "./rules.ts";
import { ApiError, forbidden } from "./status.ts";
import type { Store } from "./store.ts";

/** @throws ApiError 403 */
export function authorise(store: Store, user: User, request: ResourceRequest | PathRequest): void {
  if (user.groups.includes("system:masters")) {
    return;
  }
  if (request.type === "path") {
    authorisePath(store, user, request);
    return;
  }
  const access = accessOf(request);
  if (!isAllowed(store, user, access)) {
    throw denied(user, request, access);
  }
}

export function accessOf(request: ResourceRequest): Access {
  const { verb, group, namespace, authorisedName: name, plural, subresource } = request;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return { verb, group, resource, namespace, name };
}

function authorisePath(store: Store, user: User, { path, verb }: PathRequest): void {
  if (!mayVisit(store, user, { path, verb })) {
    throw new ApiError(
      403,
      `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}`,
      { reason: "Forbidden", details: {} },
    );
  }
}

export function denied(user: User, request: ResourceRequest, access: Access): ApiError {
  const where =
    access.namespace === undefined
      ? "at the cluster scope"
      : `in the namespace "${access.namespace}"`;
  return forbidden(
    request,
    access.name,
    `User ${JSON.stringify(user.name)} cannot ${access.verb} resource "${access.resource}" in API group "${access.group}" ${where}`,
  );
}
