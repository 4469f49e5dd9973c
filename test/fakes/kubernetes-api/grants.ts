/** Rights for a test's user, as a role and its binding. */
import type { AccessRule } from "../../contracts/kubernetes-target.ts";
import {
  clusterRoleBindings,
  clusterRoles,
  type Resource,
  roleBindings,
  roles,
} from "./resources.ts";

export interface Grant {
  readonly user: string;
  readonly rule: AccessRule;
  readonly namespace: string | undefined;
  readonly name: string;
}

type Create = (resource: Resource, namespace: string | undefined, object: object) => void;

export function grantRule(create: Create, { user, rule, namespace, name }: Grant): void {
  const { namespaces: _, apiGroups = [""], ...rights } = rule;
  const local = namespace !== undefined;
  const metadata = { name };
  create(local ? roles : clusterRoles, namespace, { metadata, rules: [{ ...rights, apiGroups }] });
  create(local ? roleBindings : clusterRoleBindings, namespace, {
    metadata,
    roleRef: {
      apiGroup: clusterRoles.group,
      kind: local ? "Role" : "ClusterRole",
      name,
    },
    subjects: [{ kind: "User", apiGroup: clusterRoles.group, name: user }],
  });
}
