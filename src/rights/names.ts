/** What the objects are called that a cluster holds for us, and how they are marked. */
import { annotations, fieldManager, managedByLabel } from "../pull-secrets/names.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import type { ObjectMetadata } from "./kubernetes-object.ts";
import type { RightsWish } from "./rights.ts";

export const defaultNamespace = "ecr-pull-secrets";
export const accountName = "ecr-pull-secrets";
/** Whom an EKS access entry makes a member. */
export const groupName = "ecr-pull-secrets";

/** On every object: which cluster it was made for, by the name that the cluster is registered as. */
export const clusterAnnotation = "ecr-pull-secrets/cluster";

/**
 * Of everything that belongs to no namespace, and of the Roles in others' namespaces: two
 * deployments that serve one cluster from two namespaces stay apart.
 */
export function rightsName(namespace: string): string {
  return namespace === defaultNamespace ? fieldManager : `${fieldManager}.${namespace}`;
}

/** Its own Role, so that it doesn't meet the one for secrets where both are in one namespace. */
export const tokenRoleName = `${fieldManager}-token`;

export function metadataOf(wish: RightsWish, name: string, namespace?: string): ObjectMetadata {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [managedByLabel]: fieldManager },
    annotations: {
      [annotations.owner]: formatOwner(wish.owner),
      [clusterAnnotation]: wish.cluster,
    },
  };
}

/** As the API server calls the subject: `request.userInfo.username` of a ServiceAccount. */
export function accountUser(account: { readonly namespace: string; readonly name: string }) {
  return `system:serviceaccount:${account.namespace}:${account.name}`;
}
