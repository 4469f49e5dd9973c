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

export interface Ours {
  readonly objects: readonly LiveObject[];
  /** Kinds that the caller may not list. */
  readonly unlisted: readonly string[];
}

/** Objects of these kinds that are marked as this registration's. @throws ClusterError */
export async function findOurs(
  api: Pick<AdminApi, "list">,
  kinds: readonly ObjectKind[],
  registrant: Registrant,
): Promise<Ours> {
  const labelSelector = `${managedByLabel}=${fieldManager}`;
  const unlisted: string[] = [];
  const list = async (kind: ObjectKind): Promise<readonly LiveObject[]> => {
    try {
      return await api.list({ ...kind, labelSelector });
    } catch (error) {
      const reason = error instanceof ClusterError ? error.kind : undefined;
      if (reason !== "forbidden" && reason !== "not-found") {
        throw error;
      }
      // What the API server doesn't serve, it doesn't hold.
      unlisted.push(...(reason === "forbidden" ? [kind.kind] : []));
      return [];
    }
  };
  const all = (await Promise.all(kinds.map(list))).flat();
  const objects = all.filter((object) => whose(object, registrant).kind === "ours");
  return { objects, unlisted: unlisted.sort() };
}
