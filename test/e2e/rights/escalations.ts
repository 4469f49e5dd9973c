/**
 * What turns few rights into many, or one controller's into another's. These are what RBAC lets
 * through: only the admission policy refuses them. Dry, so that each finds the scene as it was.
 */
import type { ApiRequest } from "./api-client.ts";
import { applySecret, awsSession, regcred, restarted, type SecretShape } from "./scene.ts";

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
  secret(
    "a pull secret of the kubelet's, where pods read an opaque one",
    held.nothing,
    {},
    regcred,
  ),
  secret(
    "a key that pods could take for a variable",
    held.nothing,
    { ...regcred.shape, data: { ...regcred.shape.data, REGISTRY_PROXY_REMOTEURL: "https://x" } },
    regcred,
  ),
  secret(
    "a command that pods run to get AWS credentials",
    held.nothing,
    {
      ...awsSession.shape,
      data: { ...awsSession.shape.data, config: "[default]\ncredential_process = sh -c x\n" },
    },
    awsSession,
  ),
  pods("another image in a workload that restarts", { containers: [{ name: "x", image: "x" }] }),
  pods("another command in it", {
    containers: [{ name: "registry", image: "registry:3", command: ["x"] }],
  }),
  pods("another variable in it", {
    containers: [{ name: "registry", image: "registry:3", env: [{ name: "X", value: "x" }] }],
  }),
  pods("another service account for it", { serviceAccountName: "builder" }),
  workload("no replicas of it", { spec: { replicas: 0 } }),
  workload("an annotation that has another controller change its pods", {
    spec: { template: { metadata: { annotations: { "sidecar.istio.io/inject": "true" } } } },
  }),
  workload("a label of it", { metadata: { labels: { team: "x" } } }),
  workload(
    "a workload of that name restarted in an excluded namespace",
    {
      spec: {
        template: { metadata: { annotations: { "ecr-pull-secrets/restarted-for": "{}" } } },
      },
    },
    "kube-public",
  ),
];

function pods(what: string, spec: object): Escalation {
  return workload(what, { spec: { template: { spec } } });
}

function workload(what: string, patch: object, namespace: string = held.ours): Escalation {
  return { what, request: merge(deploymentPath(namespace), patch) };
}

export function deploymentPath(namespace: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${restarted}`;
}

function secret(
  what: string,
  namespace: string,
  shape: SecretShape = {},
  { name } = { name: "ecr-pull" },
): Escalation {
  return { what, request: applySecret(name, namespace, shape) };
}

function account(what: string, patch: object, namespace: string = held.theirs): Escalation {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  return { what, request: merge(path, patch) };
}

export function merge(path: string, body: object): ApiRequest {
  const type = "application/merge-patch+json";
  return { method: "PATCH", path, query: { dryRun: "All" }, type, body };
}
