/** Role-based access control, from the roles and bindings in the store. */
import { type ApiObject, type JsonObject, objectIn, objectsIn, textsIn } from "./object.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./resources.ts";
import type { PathRequest, ResourceRequest } from "./routes.ts";
import { ApiError, forbidden } from "./status.ts";
import type { Store } from "./store.ts";

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** Of a service account: its own. */
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What is asked for; `namespace` undefined: at the cluster scope. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

// What every API server grants: to everybody, and to those who are authenticated.
const publicPaths = ["/version", "/healthz", "/readyz", "/livez"];
const discoveryPaths = ["/api", "/apis", "/openapi"];

/** @throws ApiError 403 */
export function authorise(store: Store, user: User, request: ResourceRequest | PathRequest): void {
  if (user.groups.includes("system:masters")) {
    return;
  }
  if (request.type === "path") {
    authorisePath(user, request);
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

function authorisePath(user: User, request: PathRequest): void {
  const authenticated = user.groups.includes("system:authenticated");
  const open = authenticated ? [...publicPaths, ...discoveryPaths] : publicPaths;
  const allowed = open.some((path) => request.path === path || request.path.startsWith(`${path}/`));
  if (!allowed || request.verb !== "get") {
    throw new ApiError(
      403,
      `forbidden: User ${JSON.stringify(user.name)} cannot ${request.verb} path ${JSON.stringify(request.path)}`,
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

export function isAllowed(store: Store, user: User, access: Access): boolean {
  const selfReview =
    access.group === "authorization.k8s.io" && access.resource === "selfsubjectaccessreviews";
  return (
    user.groups.includes("system:masters") ||
    (selfReview && user.groups.includes("system:authenticated")) ||
    rulesFor(store, user, access.namespace).some((rule) => matches(rule, access))
  );
}

function rulesFor(store: Store, user: User, namespace: string | undefined): JsonObject[] {
  const clusterWide = store
    .list(clusterRoleBindings)
    .filter(({ object }) => binds(object, user, undefined))
    .flatMap(({ object }) => rulesOf(roleOf(store, object, undefined)));
  const local = namespace === undefined ? [] : store.list(roleBindings, namespace);
  return [
    ...clusterWide,
    ...local
      .filter(({ object }) => binds(object, user, namespace))
      .flatMap(({ object }) => rulesOf(roleOf(store, object, namespace))),
  ];
}

function roleOf(
  store: Store,
  binding: ApiObject,
  namespace: string | undefined,
): ApiObject | undefined {
  const ref = objectIn(binding["roleRef"]);
  const name = String(ref["name"]);
  return ref["kind"] === "ClusterRole"
    ? store.get(clusterRoles, undefined, name)
    : store.get(roles, namespace, name);
}

function rulesOf(role: ApiObject | undefined): JsonObject[] {
  return objectsIn(role?.["rules"]);
}

function binds(binding: ApiObject, user: User, namespace: string | undefined): boolean {
  return objectsIn(binding["subjects"]).some((subject) => {
    switch (subject["kind"]) {
      case "User":
        return subject["name"] === user.name;
      case "Group":
        return user.groups.includes(String(subject["name"]));
      default:
        return (
          user.name ===
          `system:serviceaccount:${String(subject["namespace"] ?? namespace)}:${String(subject["name"])}`
        );
    }
  });
}

function matches(rule: JsonObject, access: Access): boolean {
  const names = textsIn(rule["resourceNames"]);
  return (
    includes(rule["verbs"], access.verb) &&
    includes(rule["apiGroups"], access.group) &&
    includesResource(textsIn(rule["resources"]), access.resource) &&
    (names.length === 0 || (access.name !== undefined && names.includes(access.name)))
  );
}

function includes(list: unknown, value: string): boolean {
  const values = textsIn(list);
  return values.includes("*") || values.includes(value);
}

function includesResource(resources: readonly string[], resource: string): boolean {
  const subresource = resource.split("/")[1];
  const wildcards = subresource === undefined ? ["*"] : ["*", `*/${subresource}`];
  return resources.includes(resource) || wildcards.some((one) => resources.includes(one));
}
