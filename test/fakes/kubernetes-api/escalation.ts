/** Nobody gives away rights that they don't hold, unless they may `escalate` or `bind`. */
import { isDeepStrictEqual } from "node:util";
import type { Change } from "./guard.ts";
import { type ApiObject, type JsonObject, objectIn, textsIn } from "./object.ts";
import { accessOf } from "./rbac.ts";
import { clusterRoles, type Resource, roleBindings, roles } from "./resources.ts";
import type { ResourceRequest } from "./routes.ts";
import { uncovered } from "./rule-cover.ts";
import { isAllowed, roleOf, rulesFor, rulesOf, type User } from "./rules.ts";
import { ApiError, forbidden, notFound } from "./status.ts";
import type { Store } from "./store.ts";

/** @throws ApiError 403; 404 for a binding to a role that isn't there */
export function refuseEscalation(
  store: Store,
  user: User,
  { resource, request }: { readonly resource: Resource; readonly request: ResourceRequest },
  { object, oldObject }: Change,
): void {
  const exempt = resource.group !== roles.group || user.groups.includes("system:masters");
  if (exempt || object === undefined || isSame(object, oldObject)) {
    return;
  }
  const isRole = resource === roles || resource === clusterRoles;
  if (isRole ? mayEscalate(store, user, request) : mayBind(store, user, object)) {
    return;
  }
  const granted = isRole ? rulesOf(object) : boundRules(store, resource, object);
  const held = rulesFor(store, user, object.metadata.namespace);
  const missing = uncovered(held, granted);
  if (missing.length > 0) {
    throw forbidden(resource, object.metadata.name, attempt(user, missing));
  }
}

function isSame(object: ApiObject, before: ApiObject | undefined): boolean {
  return before !== undefined && isDeepStrictEqual(withoutOwners(object), withoutOwners(before));
}

function withoutOwners({ metadata, ...object }: ApiObject): object {
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** Of a POST the server knows no name yet, and so a right for just one name doesn't count. */
function mayEscalate(store: Store, user: User, request: ResourceRequest): boolean {
  return isAllowed(store, user, { ...accessOf(request), verb: "escalate" });
}

function mayBind(store: Store, user: User, binding: ApiObject): boolean {
  const { kind, name } = objectIn(binding["roleRef"]);
  const resource = kind === "ClusterRole" ? clusterRoles : roles;
  return isAllowed(store, user, {
    verb: "bind",
    group: resource.group,
    resource: resource.plural,
    namespace: binding.metadata.namespace,
    name: String(name),
  });
}

function boundRules(store: Store, resource: Resource, binding: ApiObject): JsonObject[] {
  const { kind = "", name } = objectIn(binding["roleRef"]);
  if (kind !== "ClusterRole" && !(kind === "Role" && resource === roleBindings)) {
    throw new ApiError(500, `unsupported role reference kind: ${JSON.stringify(kind)}`);
  }
  const role = roleOf(store, binding);
  if (role === undefined) {
    // The real server names the binding's kind here, with the role's name.
    throw notFound(resource, String(name));
  }
  return rulesOf(role);
}

function attempt(user: User, missing: readonly JsonObject[]): string {
  const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
  const rules = missing.map(describe).sort();
  return `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${rules.join("\n")}`;
}

const parts = [
  ["APIGroups", "apiGroups"],
  ["Resources", "resources"],
  ["NonResourceURLs", "nonResourceURLs"],
  ["ResourceNames", "resourceNames"],
  ["Verbs", "verbs"],
] as const;

function describe(rule: JsonObject): string {
  const said = parts
    .map(([title, key]) => [title, textsIn(rule[key])] as const)
    .filter(([, values]) => values.length > 0)
    .map(([title, values]) => `${title}:[${values.map((one) => JSON.stringify(one)).join(" ")}]`);
  return `{${said.join(", ")}}`;
}
