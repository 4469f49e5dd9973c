/** The port on the fake API server, which behaves as a real one: what each call does to objects. */
import { beforeEach, describe, expect, test } from "vitest";
import type { SecretManifest } from "../../../src/pull-secrets/manifest.ts";
import type { ClusterApi } from "../../../src/refresh/ports.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { accessTo, connectTo, neverAborted, onCleanup, type TestConnection } from "./api-server.ts";

let fake: KubernetesApi;
let connection: TestConnection;
let cluster: ClusterApi;

beforeEach(async () => {
  fake = await startKubernetesApi({ namespaces: ["team-a", "team-b"] });
  connection = connect(new SecretValue(fake.admin.token));
  cluster = connection.api(neverAborted);
  onCleanup(async () => {
    await fake.close();
    expect(fake.surprises).toEqual([]);
  });
});

function connect(token: SecretValue): TestConnection {
  const endpoint = accessTo({ url: new URL(fake.url) }, { ca: fake.ca, shown: { token } });
  return connectTo(endpoint);
}

const manifest = (password: string, namespace = "team-a"): SecretManifest => ({
  namespace,
  name: "ecr-pull",
  type: "kubernetes.io/dockerconfigjson",
  labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
  annotations: { "ecr-pull-secrets/owner": "111122223333/us-east-1/dev" },
  data: {
    ".dockerconfigjson": new SecretValue(
      JSON.stringify({ auths: { "example.com": { password } } }),
    ),
  },
});

describe("a pull secret", () => {
  test("is created, listed without data, read, renewed in place and deleted", async () => {
    const created = await cluster.applySecret(manifest("one"), { force: false });
    const [listed] = await cluster.listSecrets("ecr-pull");
    expect(listed).toEqual(created);
    expect(listed).toMatchObject({
      namespace: "team-a",
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      terminating: false,
      managers: [
        {
          manager: "ecr-pull-secrets",
          operation: "Apply",
          fields: { "f:data": { "f:.dockerconfigjson": {} }, "f:type": {} },
        },
      ],
    });

    const { resourceVersion } = created;
    const renewed = await cluster.applySecret(manifest("two"), { force: true, resourceVersion });
    expect(renewed.uid).toBe(created.uid);
    expect(renewed.resourceVersion).not.toBe(resourceVersion);
    const read = await cluster.readSecret("team-a", "ecr-pull");
    expect(read?.data[".dockerconfigjson"]?.reveal()).toContain('"two"');

    await cluster.deleteSecret("team-a", "ecr-pull", created.uid);
    expect(await cluster.getSecret("team-a", "ecr-pull")).toBeUndefined();
    expect(fake.tlsSessions).toBe(1);
  });

  test("that changed since it was read is not written over", async () => {
    const { resourceVersion } = await cluster.applySecret(manifest("one"), { force: false });
    await cluster.applySecret(manifest("two"), { force: true });

    await expect(
      cluster.applySecret(manifest("three"), { force: true, resourceVersion }),
    ).rejects.toMatchObject({ kind: "conflict", conflicts: [] });
  });

  test("that another manager holds is left, and named with manager and field", async () => {
    fake.state.createSecret("team-a", "ecr-pull", {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": "{}" },
      manager: "somebody",
    });

    await expect(cluster.applySecret(manifest("one"), { force: false })).rejects.toMatchObject({
      kind: "conflict",
      status: 409,
      conflicts: [{ manager: "somebody", field: ".data..dockerconfigjson" }],
    });
    const taken = await cluster.applySecret(manifest("one"), { force: true });
    expect(taken.managers.map(({ manager }) => manager)).toContain("ecr-pull-secrets");
  });

  test("of another type can't be changed into one", async () => {
    fake.state.createSecret("team-a", "ecr-pull", { type: "Opaque" });

    await expect(cluster.applySecret(manifest("one"), { force: true })).rejects.toMatchObject({
      kind: "immutable",
      status: 422,
    });
  });

  test("isn't made where the namespace is going, or gone", async () => {
    fake.state.createSecret("team-b", "keeps-it-terminating");
    fake.state.deleteNamespace("team-b");

    await expect(
      cluster.applySecret(manifest("one", "team-b"), { force: false }),
    ).rejects.toMatchObject({ kind: "terminating" });
    await expect(
      cluster.applySecret(manifest("one", "nowhere"), { force: false }),
    ).rejects.toMatchObject({ kind: "not-found" });
    expect(await cluster.listNamespaces()).toMatchObject([
      { name: "team-a", terminating: false },
      { name: "team-b", terminating: true },
    ]);
  });

  test("with another UID is not deleted", async () => {
    await cluster.applySecret(manifest("one"), { force: false });

    await expect(cluster.deleteSecret("team-a", "ecr-pull", "other")).rejects.toMatchObject({
      kind: "conflict",
    });
    expect(await cluster.getSecret("team-a", "ecr-pull")).toBeDefined();
  });

  test("is listed and applied with rights to its name only", async () => {
    const user = fake.addUser("refresh");
    fake.state.grant("refresh", [
      { resources: ["secrets"], verbs: ["create", "patch", "list"], resourceNames: ["ecr-pull"] },
    ]);
    const limited = connect(new SecretValue(user.token)).api(neverAborted);

    await limited.applySecret(manifest("one"), { force: false });
    expect(await limited.listSecrets("ecr-pull")).toHaveLength(1);
    await expect(limited.listSecrets("other")).rejects.toMatchObject({ kind: "forbidden" });
    await expect(limited.listNamespaces()).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining('User "refresh" cannot list resource "namespaces"'),
    });
  });
});

test("a service account keeps what others linked, and a stale version conflicts", async () => {
  fake.state.createServiceAccount("team-a", "builder", ["theirs"]);
  const account = await cluster.findServiceAccount("team-a", "builder");
  expect(account?.imagePullSecrets).toEqual(["theirs"]);
  if (!account) {
    return;
  }

  await cluster.setImagePullSecrets(account, ["theirs", "ecr-pull"]);

  expect(fake.state.imagePullSecrets("team-a", "builder")).toEqual(["theirs", "ecr-pull"]);
  expect(await cluster.listServiceAccounts("builder")).toHaveLength(1);
  expect(await cluster.listServiceAccounts(undefined, "team-a")).toHaveLength(2);
  await expect(cluster.setImagePullSecrets(account, ["mine"])).rejects.toMatchObject({
    kind: "conflict",
  });
});

describe("when an answer is lost, and the request is repeated", () => {
  test("an apply that creates has created it", async () => {
    fake.fault({ on: { method: "PATCH" }, do: { type: "reset-after" } });

    await cluster.applySecret(manifest("one"), { force: false });

    expect(connection.stats.retries).toBe(1);
    expect(fake.state.secretsNamed("ecr-pull").size).toBe(1);
  });

  test("a delete has deleted it", async () => {
    const { uid } = await cluster.applySecret(manifest("one"), { force: false });
    fake.fault({ on: { method: "DELETE" }, do: { type: "reset-after" } });

    await cluster.deleteSecret("team-a", "ecr-pull", uid);

    expect(fake.state.secret("team-a", "ecr-pull")).toBeUndefined();
  });

  test("a guarded apply conflicts, for the caller to look again", async () => {
    const { resourceVersion } = await cluster.applySecret(manifest("one"), { force: false });
    fake.fault({ on: { method: "PATCH" }, do: { type: "reset-after" } });

    await expect(
      cluster.applySecret(manifest("two"), { force: true, resourceVersion }),
    ).rejects.toMatchObject({ kind: "conflict" });
    const read = await cluster.readSecret("team-a", "ecr-pull");
    expect(read?.data[".dockerconfigjson"]?.reveal()).toContain('"two"');
  });
});

test("500 applies over one connection survive GOAWAYs and throttling", async () => {
  for (let index = 0; index < 500; index += 1) {
    fake.state.createNamespace(`ns-${index}`);
  }
  fake.fault({ on: { method: "PATCH" }, after: 100, do: { type: "goaway", inFlight: "finish" } });
  fake.fault({
    on: { method: "PATCH" },
    after: 200,
    times: 20,
    do: { type: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 },
  });

  const applied = await Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      cluster.applySecret(manifest("x", `ns-${index}`), { force: false }),
    ),
  );

  expect(applied).toHaveLength(500);
  expect(fake.state.secretsNamed("ecr-pull").size).toBe(500);
  expect(fake.tlsSessions).toBe(2);
  expect(fake.peakInFlight).toBeLessThanOrEqual(200);
  expect(connection.stats.retries).toBe(20);
});
