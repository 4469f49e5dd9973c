/** What a cluster holds of ours, by its marks. */
import { ClusterError } from "../errors.ts";
import { fieldManager, managedByLabel } from "../pull-secrets/names.ts";
import type { LiveObject } from "../rights/kubernetes-object.ts";
import { type Registrant, whose } from "./marks.ts";
import type { AdminApi } from "./ports.ts";

export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const rbac = "rbac.authorization.k8s.io/v1";
const admission = "admissionregistration.k8s.io/v1";

export const rbacKinds: readonly ObjectKind[] = [
  { apiVersion: rbac, kind: "ClusterRoleBinding" },
  { apiVersion: rbac, kind: "ClusterRole" },
  { apiVersion: rbac, kind: "RoleBinding" },
  { apiVersion: rbac, kind: "Role" },
];

export const policyKinds: readonly ObjectKind[] = [
  { apiVersion: admission, kind: "ValidatingAdmissionPolicyBinding" },
  { apiVersion: admission, kind: "ValidatingAdmissionPolicy" },
];

/**
 * Objects of these kinds that are marked as this registration's. Kinds that the caller may not list
 * count as none.
 * @throws ClusterError
 */
export async function findOurs(
  api: Pick<AdminApi, "list">,
  kinds: readonly ObjectKind[],
  registrant: Registrant,
): Promise<readonly LiveObject[]> {
  const labelSelector = `${managedByLabel}=${fieldManager}`;
  const lists = await Promise.all(
    kinds.map((kind) => api.list({ ...kind, labelSelector }).catch(noneIfForbidden)),
  );
  return lists.flat().filter((object) => whose(object, registrant).kind === "ours");
}

function noneIfForbidden(error: unknown): readonly LiveObject[] {
  if (error instanceof ClusterError && (error.kind === "forbidden" || error.kind === "not-found")) {
    return [];
  }
  throw error;
}
