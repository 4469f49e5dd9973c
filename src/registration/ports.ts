/** What registration needs from the world. Adapters implement these; `wiring/` joins them. */
import type { RightsApi } from "../rights/access.ts";
import type { KubernetesObject, LiveObject, ObjectRef } from "../rights/kubernetes-object.ts";
import type { SecretValue } from "../secret-value.ts";

export interface ServerVersion {
  /** `v1.36.3` */
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
}

export interface GrantedToken {
  readonly token: SecretValue;
  readonly issuedAt: Date;
  /** As granted, which may be sooner than asked. */
  readonly expiresAt: Date;
}

export type Written = "created" | "updated" | "unchanged";

/**
 * A cluster's API server as an administrator sees it. Every method throws ClusterError, and only
 * that; a 404 is `undefined` or false where the type says so.
 */
export interface AdminApi extends RightsApi {
  version(): Promise<ServerVersion>;
  /** The server's clock, to the second, from its answer's Date header; undefined: it sent none. */
  serverTime(): Promise<Date | undefined>;
  /** Who the API server takes us for (SelfSubjectReview); undefined: it doesn't say. */
  whoAmI(): Promise<string | undefined>;
  /** Whether the API server serves a resource: `("admissionregistration.k8s.io/v1", "validatingadmissionpolicies")`. */
  serves(apiVersion: string, resource: string): Promise<boolean>;
  get(ref: ObjectRef): Promise<LiveObject | undefined>;
  /** Server-side apply with force, as field manager `ecr-pull-secrets`. */
  apply(object: KubernetesObject): Promise<LiveObject>;
  /** JSON merge patch; with `metadata.resourceVersion` in it, a conflict if that is stale. */
  amend(ref: ObjectRef, patch: object): Promise<LiveObject>;
  /** Objects of one kind, all namespaces if none is named. */
  list(query: ListQuery): Promise<readonly LiveObject[]>;
  /** Deletes just this object (UID as precondition). False: it was gone, or another. */
  delete(ref: ObjectRef, uid: string): Promise<boolean>;
  /** TokenRequest, for the API server's own audience. */
  createToken(
    account: { readonly namespace: string; readonly name: string },
    lifetimeSeconds: number,
  ): Promise<GrantedToken>;
}

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  /** `app.kubernetes.io/managed-by=ecr-pull-secrets` */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}
