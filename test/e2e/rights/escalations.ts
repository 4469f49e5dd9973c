/**
 * What turns few rights into many, or one controller's into another's. These are what RBAC lets
 * through: only the admission policy refuses them. Dry, so that each finds the scene as it was.
 */
import type { ApiRequest } from "./api-client.ts";
import { applySecret, type SecretShape } from "./scene.ts";

export interface Escalation {
  readonly what: string;
  readonly request: ApiRequest;
}

/** Namespaces of the scene, by what is there; all are selected. */
export const held = {
  ours: "web",
  nothing: "fresh",
  /** A secret of our name that somebody else made, and a service account with their pull secret. */
  theirs: "theirs",
} as const;

export const pastRbac: readonly Escalation[] = [
  secret("another account's token, in a selected namespace", held.nothing, {
    type: "kubernetes.io/service-account-token",
    annotations: { "kubernetes.io/service-account.name": "default" },
  }),
  secret("a secret of another type", held.nothing, { type: "Opaque" }),
  secret("our secret in an excluded namespace", "kube-node-lease"),
  secret("our secret over one that somebody else made", held.theirs),
  secret("our secret, marked as another deployment's", held.ours, { owner: "1/us-east-1/prod" }),
  secret("an annotation that has another controller copy our secret", held.ours, {
    annotations: { "reflector.v1.k8s.emberstack.com/reflection-allowed": "true" },
  }),
  secret("a finalizer that holds our secret", held.ours, {
    metadata: { finalizers: ["example.com/hold"] },
  }),
  account("an annotation that gives a service account an AWS role", {
    metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/x" } },
  }),
  account("a service account's token mounted into its pods", {
    automountServiceAccountToken: true,
  }),
  account("a pull secret of others added to a service account", {
    imagePullSecrets: [{ name: "theirs" }, { name: "database" }],
  }),
  account("a pull secret of others taken from a service account", {
    imagePullSecrets: [{ name: "ecr-pull" }],
  }),
  account(
    "our pull secret added in an excluded namespace",
    { imagePullSecrets: [{ name: "ecr-pull" }] },
    "kube-system",
  ),
];

function secret(what: string, namespace: string, shape: SecretShape = {}): Escalation {
  return { what, request: applySecret("ecr-pull", namespace, shape) };
}

function account(what: string, patch: object, namespace: string = held.theirs): Escalation {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  return { what, request: merge(path, patch) };
}

export function merge(path: string, body: object): ApiRequest {
  const type = "application/merge-patch+json";
  return { method: "PATCH", path, query: { dryRun: "All" }, type, body };
}
