/** The resources that the fake serves. */
import {
  bindingFields,
  namespaceFields,
  objectSchema,
  roleFields,
  type Schema,
  secretFields,
  serviceAccountFields,
} from "./schema.ts";

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly schema: Schema;
  /** Field selectors besides `metadata.name` and `metadata.namespace`. */
  readonly selectable: readonly string[];
  /** What DELETE answers with once the object is gone. */
  readonly deleteAnswer: "status" | "object";
  readonly subresources: readonly string[];
}

const core = { group: "", version: "v1" };
const rbac = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  selectable: [],
  deleteAnswer: "status",
  subresources: [],
} as const;

export const namespaces: Resource = {
  ...core,
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
  schema: objectSchema(namespaceFields),
  selectable: ["status.phase"],
  deleteAnswer: "object",
  subresources: ["finalize"],
};

export const secrets: Resource = {
  ...core,
  plural: "secrets",
  kind: "Secret",
  namespaced: true,
  schema: objectSchema(secretFields),
  selectable: ["type"],
  deleteAnswer: "status",
  subresources: [],
};

export const serviceAccounts: Resource = {
  ...core,
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  namespaced: true,
  schema: objectSchema(serviceAccountFields),
  selectable: [],
  deleteAnswer: "object",
  subresources: ["token"],
};

export const roles: Resource = {
  ...rbac,
  plural: "roles",
  kind: "Role",
  namespaced: true,
  schema: objectSchema(roleFields),
};

export const clusterRoles: Resource = {
  ...rbac,
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
  schema: objectSchema(roleFields),
};

export const roleBindings: Resource = {
  ...rbac,
  plural: "rolebindings",
  kind: "RoleBinding",
  namespaced: true,
  schema: objectSchema(bindingFields),
};

export const clusterRoleBindings: Resource = {
  ...rbac,
  plural: "clusterrolebindings",
  kind: "ClusterRoleBinding",
  namespaced: false,
  schema: objectSchema(bindingFields),
};

export const allResources: readonly Resource[] = [
  namespaces,
  secrets,
  serviceAccounts,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
];

export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
