/** Questions about rights, and the port that answers them with one credential. */
import type { KubernetesObject, ObjectRef } from "./kubernetes-object.ts";

/**
 * What a SelfSubjectAccessReview asks.
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
 */
export interface AccessQuestion {
  readonly verb: string;
  /** "" is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Undefined: in all namespaces, or of an object that belongs to none. */
  readonly namespace?: string;
  /** Undefined: any object. */
  readonly name?: string;
}

/**
 * A request that must be refused, made as a dry run: admission judges it as it would the real one,
 * and nothing is written.
 */
export type Attempt =
  | { readonly kind: "apply"; readonly object: KubernetesObject }
  | { readonly kind: "merge"; readonly ref: ObjectRef; readonly patch: object };

export interface LabelledAttempt {
  readonly what: string;
  readonly attempt: Attempt;
  /** RBAC alone would allow it. */
  readonly needsPolicy: boolean;
}

export type AttemptOutcome =
  | { readonly outcome: "allowed" }
  /** 403 by RBAC, or by an admission policy: ours says so in its message. */
  | {
      readonly outcome: "refused";
      readonly by: "authorization" | "policy";
      readonly message: string;
    }
  /** Neither: 404, 409 or another answer that judges no right. */
  | { readonly outcome: "unclear"; readonly message: string };

/** One credential's view of one cluster. Both methods throw ClusterError, and only that. */
export interface RightsApi {
  canI(question: AccessQuestion): Promise<boolean>;
  /** Never writes. */
  attempt(attempt: Attempt): Promise<AttemptOutcome>;
}
