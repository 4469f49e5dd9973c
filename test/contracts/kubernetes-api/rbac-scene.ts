/** Roles and bindings, as the suite writes them. */
const group = "rbac.authorization.k8s.io";
export const rbacPath = `/apis/${group}/v1`;

export function roleBody(
  kind: "ClusterRole" | "Role",
  name: string,
  rules: readonly object[] | undefined,
): object {
  return { apiVersion: `${group}/v1`, kind, metadata: { name }, rules };
}

export function bindingBody(
  kind: "ClusterRoleBinding" | "RoleBinding",
  name: string,
  roleRef: object,
  subjects: readonly object[] = [{ kind: "User", name: "somebody" }],
): object {
  return { apiVersion: `${group}/v1`, kind, metadata: { name }, roleRef, subjects };
}
