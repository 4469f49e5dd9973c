/** The older tools' own objects, as their manifests make them; without what no command asks for. */
import { manifest as deployment } from "../proxy/kubelet.ts";

const object = (kind: string, name: string, namespace?: string) => ({
  apiVersion: apiVersions[kind] ?? "v1",
  kind,
  metadata: { name, ...(namespace && { namespace }) },
});

const apiVersions: Readonly<Record<string, string>> = {
  ClusterRole: "rbac.authorization.k8s.io/v1",
  ClusterRoleBinding: "rbac.authorization.k8s.io/v1",
  CronJob: "batch/v1",
  Deployment: "apps/v1",
};

const pod = (name: string) => ({
  metadata: { labels: { name } },
  spec: { restartPolicy: "Never", containers: [{ name, image: `example.com/${name}` }] },
});

const cronJob = (name: string, namespace: string) => ({
  ...object("CronJob", name, namespace),
  spec: { schedule: "0 */8 * * *", jobTemplate: { spec: { template: pod(name) } } },
});

const binding = (name: string, role: string, account: string, namespace: string) => ({
  ...object("ClusterRoleBinding", name),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name: account, namespace }],
});

const registryCreds = [
  object("ServiceAccount", "registry-creds", "kube-system"),
  ...["ecr", "gcr", "dpr"].map((kind) => object("Secret", `registry-creds-${kind}`, "kube-system")),
  { ...object("ClusterRole", "list-namespaces-registry-creds"), rules: [] },
  binding(
    "list-namespaces-global",
    "list-namespaces-registry-creds",
    "registry-creds",
    "kube-system",
  ),
  {
    ...object("Deployment", "registry-creds", "kube-system"),
    spec: {
      selector: { matchLabels: { name: "registry-creds" } },
      template: {
        ...pod("registry-creds"),
        spec: { ...pod("registry-creds").spec, restartPolicy: "Always" },
      },
    },
  },
];

const ecrPublicHelper = [
  object("Namespace", "ecr-public-creds-helper"),
  object("ServiceAccount", "sa-secrets-editor", "ecr-public-creds-helper"),
  { ...object("ClusterRole", "secrets-editor"), rules: [] },
  binding("edit-secrets", "secrets-editor", "sa-secrets-editor", "ecr-public-creds-helper"),
  cronJob("ecr-public-creds-helper", "ecr-public-creds-helper"),
];

const loginRenew = [
  object("ServiceAccount", "k8s-ecr-login-renew-account", "default"),
  object("Secret", "k8s-ecr-login-renew-aws-secret", "default"),
  { ...object("ClusterRole", "k8s-ecr-login-renew-role"), rules: [] },
  binding(
    "k8s-ecr-login-renew-binding",
    "k8s-ecr-login-renew-role",
    "k8s-ecr-login-renew-account",
    "default",
  ),
  cronJob("k8s-ecr-login-renew-cron", "default"),
];

const fromAnotherCloud = [object("Secret", "aws-keys", "default"), cronJob("ecr-login", "default")];

const proxy = [
  object("Namespace", deployment.metadata.namespace),
  object("Secret", "s3-credentials", deployment.metadata.namespace),
  deployment,
];

export const installedTools = {
  apiVersion: "v1",
  kind: "List",
  items: [proxy, registryCreds, fromAnotherCloud, ecrPublicHelper, loginRenew].flat(),
};
