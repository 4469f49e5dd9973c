/** What the roles among some objects grant, by RBAC's rules for their one subject. */
import type { AccessQuestion } from "../../../src/rights/access.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export function isGranted(objects: readonly KubernetesObject[], question: AccessQuestion): boolean {
  const { verb, group, resource, subresource, namespace, name } = question;
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  return objects
    .filter(({ kind, metadata }) => {
      return kind === "ClusterRole" || (kind === "Role" && metadata.namespace === namespace);
    })
    .flatMap((role) => role["rules"] as readonly Rule[])
    .some(
      ({ apiGroups, resources, verbs, resourceNames }) =>
        apiGroups.includes(group) &&
        resources.includes(path) &&
        verbs.includes(verb) &&
        (resourceNames === undefined || (name !== undefined && resourceNames.includes(name))),
    );
}
