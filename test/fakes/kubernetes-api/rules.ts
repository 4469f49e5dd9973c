/** Role-based access control: the rules that a user holds, and what they cover. */
import { type ApiObject, type JsonObject, objectIn, objectsIn, textsIn } from "./object.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./resources.ts";
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

export function isAllowed(store: Store, user: User, access: Access): boolean {
  return (
    user.groups.includes("system:masters") ||
    rulesFor(store, user, access.namespace).some((rule) => matches(rule, access))
  );
}

/** Whether a path may be asked that is no resource's. */
export function mayVisit(
  store: Store,
  user: User,
  { path, verb }: { readonly path: string; readonly verb: string },
): boolean {
  return (
    user.groups.includes("system:masters") ||
    rulesFor(store, user, undefined).some((rule) => coversPath(rule, path, verb))
  );
}

export function coversPath(rule: JsonObject, path: string, verb: string): boolean {
  const covers = (held: string) =>
    held === path || (held.endsWith("*") && path.startsWith(held.slice(0, -1)));
  return includes(rule["verbs"], verb) && textsIn(rule["nonResourceURLs"]).some(covers);
}

/** The role `system:public-info-viewer`, which every API server makes for everybody. */
const publicRules: readonly JsonObject[] = [
  { nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"], verbs: ["get"] },
];

/** The roles `system:basic-user` and `system:discovery`, for those who are authenticated. */
const basicRules: readonly JsonObject[] = [
  {
    nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"],
    verbs: ["get"],
  },
  {
    apiGroups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    verbs: ["create"],
  },
  {
    apiGroups: ["authentication.k8s.io"],
    resources: ["selfsubjectreviews"],
    verbs: ["create"],
  },
];

/** All that a user holds in a namespace; undefined: cluster-wide. */
export function rulesFor(
  store: Store,
  user: User,
  namespace: string | undefined,
): readonly JsonObject[] {
  const clusterWide = store
    .list(clusterRoleBindings)
    .filter(({ object }) => binds(object, user, undefined))
    .flatMap(({ object }) => rulesOf(roleOf(store, object)));
  const local = namespace === undefined ? [] : store.list(roleBindings, namespace);
  return [
    ...publicRules,
    ...(user.groups.includes("system:authenticated") ? basicRules : []),
    ...clusterWide,
    ...local
      .filter(({ object }) => binds(object, user, namespace))
      .flatMap(({ object }) => rulesOf(roleOf(store, object))),
  ];
}

/** Undefined: it isn't there, and so the binding grants nothing. */
export function roleOf(store: Store, binding: ApiObject): ApiObject | undefined {
  const ref = objectIn(binding["roleRef"]);
  const name = String(ref["name"]);
  return ref["kind"] === "ClusterRole"
    ? store.get(clusterRoles, undefined, name)
    : store.get(roles, binding.metadata.namespace, name);
}

export function rulesOf(role: ApiObject | undefined): JsonObject[] {
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

export function matches(rule: JsonObject, access: Omit<Access, "namespace">): boolean {
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
