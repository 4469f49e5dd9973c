/**
 * The rights that one cluster has to grant, and no more: computed from what the config wants there.
 * Two layers, since RBAC can't say it all (docs/adr/0008).
 */
import type { DesiredPullSecret, Owner } from "../refresh/desired.ts";
import type { AccessQuestion } from "./access.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";

/** Who gets the rights: a ServiceAccount, or those whom an EKS access entry puts into a group. */
export type Subject = Account | { readonly kind: "Group"; readonly name: string };

export interface Account {
  readonly kind: "ServiceAccount";
  readonly namespace: string;
  readonly name: string;
}

export interface RightsWish {
  readonly cluster: string;
  readonly owner: Owner;
  readonly desired: readonly DesiredPullSecret[];
  readonly subject: Subject;
  /** Of the ServiceAccount; names of cluster-wide objects are derived from it. */
  readonly namespace: string;
  /** False: the API server lacks ValidatingAdmissionPolicy, or the admin may not make one. */
  readonly withPolicy: boolean;
}

export interface Rights {
  /** `namespaces` where the config names all of them outright: Roles, and nothing cluster-wide. */
  readonly scope: "cluster" | "namespaces";
  /** In the order in which they have to be applied; removed in the opposite one. */
  readonly objects: readonly KubernetesObject[];
  /** Each must be answered with yes. */
  readonly needed: readonly AccessQuestion[];
  /** Each must be answered with no. */
  readonly forbidden: readonly AccessQuestion[];
  /** What it grants, a sentence per line, for people who are about to agree to it. */
  readonly summary: readonly string[];
}
