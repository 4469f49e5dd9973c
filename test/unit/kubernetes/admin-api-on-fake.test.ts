/** The administrator's port on the fake API server: what registration does with it, from end to end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClusterAccess } from "../../../src/kubernetes/cluster-access.ts";
import { createClusterConnection } from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import {
  describeStoredCredential,
  renderStoredKubeconfig,
} from "../../../src/kubernetes/stored-kubeconfig.ts";
import type { AdminApi } from "../../../src/registration/ports.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";
import { refOf } from "../../../src/rights/kubernetes-object.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { accessTo, neverAborted } from "./api-server.ts";

const rbac = "rbac.authorization.k8s.io/v1";
const admission = "admissionregistration.k8s.io/v1";
const name = "ecr-pull-secrets";
const labels = { "app.kubernetes.io/managed-by": name };
const user = `system:serviceaccount:${name}:${name}`;
const account = { namespace: name, name };

const namespace: KubernetesObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
};
const serviceAccount: KubernetesObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: name, labels },
};
const clusterRole: KubernetesObject = {
  apiVersion: rbac,
  kind: "ClusterRole",
  metadata: { name, labels },
  rules: [
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["ecr-pull"],
      verbs: ["create", "patch", "get", "list"],
    },
  ],
};
const binding: KubernetesObject = {
  apiVersion: rbac,
  kind: "ClusterRoleBinding",
  metadata: { name, labels },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
  subjects: [{ kind: "ServiceAccount", name, namespace: name }],
};
const policy: KubernetesObject = {
  apiVersion: admission,
  kind: "ValidatingAdmissionPolicy",
  metadata: { name, labels },
  spec: {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [""],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE"],
          resources: ["secrets"],
        },
      ],
    },
    matchConditions: [{ name: "us", expression: `request.userInfo.username == '${user}'` }],
    validations: [{ expression: "object.type == 'Opaque'", message: "only Opaque" }],
  },
};
const policyBinding: KubernetesObject = {
  apiVersion: admission,
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name, labels },
  spec: { policyName: name, validationActions: ["Deny"] },
};
const pullSecret: KubernetesObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "ecr-pull", namespace: "web" },
  type: "Opaque",
};

let fake: KubernetesApi;
let admin: AdminApi;
let holder: AdminApi;
const connections: { close(): Promise<void> }[] = [];

function connect(access: ClusterAccess): AdminApi {
  const connection = createClusterConnection(access);
  connections.push(connection);
  return connection.admin(neverAborted);
}

/** Whoever holds what was stored, by the parser that the deployed function uses. */
async function holderOf(endpoint: ClusterAccess): Promise<AdminApi> {
  const { token } = await admin.createToken(account, 3_600);
  const kubeconfig = renderStoredKubeconfig({
    cluster: "prod-eu",
    endpoint,
    user: { kind: "token", token },
    tokenLifetimeSeconds: 86_400,
  });
  const now = new Date();
  expect(describeStoredCredential(kubeconfig)).toMatchObject({
    kind: "service-account-token",
    ...account,
    wantedLifetimeSeconds: 86_400,
  });
  const rules = { source: "prod-eu", insecureTlsAllowed: false, now };
  const stored = parseUntrustedKubeconfig(kubeconfig.reveal(), rules);
  if (stored.authentication.kind !== "static") {
    throw new Error("expected a token");
  }
  const { credential } = stored.authentication;
  return connect({ ...stored.endpoint, credential: async () => credential });
}

beforeAll(async () => {
  fake = await startKubernetesApi({ namespaces: ["web"], maxTokenLifetimeSeconds: 1_800 });
  const token = new SecretValue(fake.admin.token);
  const endpoint = accessTo({ url: new URL(fake.url) }, { ca: fake.ca, shown: { token } });
  admin = connect(endpoint);
  for (const object of [namespace, serviceAccount, clusterRole, binding, policy, policyBinding]) {
    await admin.apply(object);
  }
  holder = await holderOf(endpoint);
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await fake.close();
  expect(fake.surprises).toEqual([]);
});

describe("an administrator", () => {
  test("finds what was applied, and what is the same stays at its version", async () => {
    const before = await admin.get(refOf(clusterRole));
    expect(before).toMatchObject(clusterRole);
    const after = await admin.apply(clusterRole);
    expect(after.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  test("lists what is marked, in all namespaces and in one", async () => {
    const labelSelector = "app.kubernetes.io/managed-by=ecr-pull-secrets";
    const query = { apiVersion: "v1", kind: "ServiceAccount" };
    const [found, ...more] = await admin.list({ ...query, labelSelector });
    expect(found).toMatchObject(serviceAccount);
    expect(more).toEqual([]);
    expect(await admin.list({ ...query, labelSelector, namespace: "web" })).toEqual([]);
    expect(await admin.list({ ...query, namespace: "web" })).not.toEqual([]);
  });

  test("sees that a role in use is bound for good", async () => {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "other" };
    await expect(admin.apply({ ...binding, roleRef })).rejects.toMatchObject({
      name: "ClusterError",
      status: 422,
    });
  });

  test("gets a token for less than was asked, and is told so", async () => {
    const { issuedAt, expiresAt } = await admin.createToken(account, 86_400);
    const seconds = (expiresAt.getTime() - issuedAt.getTime()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(1_800);
    expect(seconds).toBeLessThan(1_810);
  });

  test("deletes just the object that was seen", async () => {
    const object = { ...serviceAccount, metadata: { name: "extra", namespace: "web" } };
    const { metadata } = await admin.apply(object);
    expect(await admin.delete(refOf(object), "another")).toBe(false);
    expect(await admin.get(refOf(object))).toBeDefined();
    expect(await admin.delete(refOf(object), metadata.uid)).toBe(true);
    expect(await admin.delete(refOf(object), metadata.uid)).toBe(false);
    expect(await admin.get(refOf(object))).toBeUndefined();
  });

  test("learns who they are, and what the server is", async () => {
    expect(await admin.whoAmI()).toBe("admin");
    expect((await admin.version()).gitVersion).toMatch(/^v1\./);
    expect(await admin.serverTime()).toBeInstanceOf(Date);
    expect(await admin.serves(admission, "validatingadmissionpolicies")).toBe(true);
    expect(await admin.serves("nobody.example/v1", "widgets")).toBe(false);
  });
});

describe("the holder of the stored kubeconfig", () => {
  test("is the ServiceAccount, with its rights and no more", async () => {
    const secrets = { group: "", resource: "secrets" };
    expect(await holder.whoAmI()).toBe(user);
    expect(await holder.canI({ ...secrets, verb: "patch", name: "ecr-pull" })).toBe(true);
    expect(await holder.canI({ ...secrets, verb: "patch", name: "other" })).toBe(false);
    expect(await holder.canI({ ...secrets, verb: "list" })).toBe(false);
  });

  const tokenSecret = { ...pullSecret, type: "kubernetes.io/service-account-token" };
  tokenSecret.metadata = {
    ...pullSecret.metadata,
    annotations: { "kubernetes.io/service-account.name": "robot" },
  } as KubernetesObject["metadata"];
  const other = { ...pullSecret, metadata: { name: "other", namespace: "web" } };

  test.each<[string, KubernetesObject, object]>([
    ["may write a pull secret", pullSecret, { outcome: "allowed" }],
    [
      "is refused a token's secret by the policy",
      tokenSecret,
      { outcome: "refused", by: "policy" },
    ],
    ["is refused another secret by RBAC", other, { outcome: "refused", by: "authorization" }],
    [
      "can't tell where there is no namespace",
      { ...pullSecret, metadata: { name: "ecr-pull", namespace: "gone" } },
      { outcome: "unclear" },
    ],
  ])("%s, and nothing is written by trying", async (_, object, outcome) => {
    expect(await holder.attempt({ kind: "apply", object })).toMatchObject(outcome);
    const secrets = await admin.list({ apiVersion: "v1", kind: "Secret", namespace: "web" });
    expect(secrets).toEqual([]);
  });

  test("may not merge into a ServiceAccount", async () => {
    const patch = { metadata: { annotations: { a: "b" } } };
    const attempt = { kind: "merge", ref: refOf(serviceAccount), patch } as const;
    expect(await holder.attempt(attempt)).toMatchObject({
      outcome: "refused",
      by: "authorization",
    });
    expect(await admin.attempt(attempt)).toEqual({ outcome: "allowed" });
    const live = await admin.get(refOf(serviceAccount));
    expect(live?.metadata.annotations).toBeUndefined();
  });

  test("may not get a token, not even their own", async () => {
    await expect(holder.createToken(account, 600)).rejects.toMatchObject({
      kind: "forbidden",
      refuser: { by: "authorization" },
    });
  });
});
