/** What RBAC refuses by itself, whether there is a policy or not. */
import type { ApiRequest } from "./api-client.ts";
import { deploymentPath, type Escalation, merge } from "./escalations.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const admission = "/apis/admissionregistration.k8s.io/v1";
const aggregator = "clusterrole-aggregation-controller";
const readSecrets = { method: "GET", path: "/api/v1/secrets" } as const;
const clusterAdmin = {
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "ServiceAccount", name: "ecr-pull-secrets", namespace: "ecr-pull-secrets" }],
};
const everything = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];

const attempts: Readonly<Record<string, ApiRequest>> = {
  "act as an administrator": {
    ...readSecrets,
    headers: { "impersonate-user": "admin", "impersonate-group": "system:masters" },
  },
  "act as another service account": {
    ...readSecrets,
    headers: { "impersonate-user": `system:serviceaccount:kube-system:${aggregator}` },
  },
  "bind itself to cluster-admin": create(`${rbac}/clusterrolebindings`, clusterAdmin),
  "bind itself to cluster-admin in its own namespace": create(
    `${rbac}/namespaces/ecr-pull-secrets/rolebindings`,
    clusterAdmin,
  ),
  "extend its own role": merge(`${rbac}/clusterroles/ecr-pull-secrets`, { rules: everything }),
  "make a role": create(`${rbac}/namespaces/web/roles`, { rules: everything }),
  "a token of another account": create("/api/v1/namespaces/web/serviceaccounts/default/token", {}),
  [`a token of kube-system/${aggregator}`]: create(
    `/api/v1/namespaces/kube-system/serviceaccounts/${aggregator}/token`,
    {},
  ),
  "change the admission policy": merge(
    `${admission}/validatingadmissionpolicies/ecr-pull-secrets`,
    {
      spec: { validations: [] },
    },
  ),
  "delete the admission policy's binding": {
    method: "DELETE",
    path: `${admission}/validatingadmissionpolicybindings/ecr-pull-secrets`,
    query: { dryRun: "All" },
  },
  "label a namespace, so that it is selected": merge("/api/v1/namespaces/elsewhere", {
    metadata: { labels: { "pull-ecr": "yes" } },
  }),
  "run a pod as a service account": create("/api/v1/namespaces/web/pods", {
    spec: { containers: [{ name: "x", image: "x" }] },
  }),
  "make another workload": create("/apis/apps/v1/namespaces/web/deployments", {}),
  "delete a workload that restarts": {
    method: "DELETE",
    path: deploymentPath("web"),
    query: { dryRun: "All" },
  },
  "scale it": merge(`${deploymentPath("web")}/scale`, { spec: { replicas: 0 } }),
  "restart another one": merge("/apis/apps/v1/namespaces/web/deployments/other", {
    spec: { template: { metadata: { annotations: { "ecr-pull-secrets/restarted-for": "{}" } } } },
  }),
  "ask for a certificate": create("/apis/certificates.k8s.io/v1/certificatesigningrequests", {}),
  "a webhook that is sent every secret": create(`${admission}/mutatingwebhookconfigurations`, {}),
  "all secrets but one, by a field selector": {
    ...readSecrets,
    query: { fieldSelector: "metadata.name!=ecr-pull" },
  },
  "our secrets and others, by a label selector": {
    ...readSecrets,
    query: { labelSelector: "!nothing" },
  },
  "all secrets, by the old path for watches": { method: "GET", path: "/api/v1/watch/secrets" },
  "another secret, by a path with dots": {
    method: "GET",
    path: "/api/v1/namespaces/web/secrets/ecr-pull/../database",
  },
  "the API server's metrics": { method: "GET", path: "/metrics" },
  "the API server's memory profile": { method: "GET", path: "/debug/pprof/heap" },
  "a node's own API": { method: "GET", path: "/api/v1/nodes/node/proxy/pods" },
};

export const againstRbac: readonly Escalation[] = Object.entries(attempts).map(
  ([what, request]) => ({ what, request }),
);

function create(path: string, body: object): ApiRequest {
  return {
    method: "POST",
    path,
    query: { dryRun: "All" },
    body: { metadata: { name: "x" }, ...body },
  };
}
