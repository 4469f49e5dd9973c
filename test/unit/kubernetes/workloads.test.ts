/** Workloads through the port: what is read of them, and the one thing that is changed. */
import { beforeEach, describe, expect, test } from "vitest";
import { type WorkloadRef, workloadKinds } from "../../../src/config/secret-format.ts";
import type { ClusterApi } from "../../../src/refresh/ports.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import {
  accessTo,
  connectTo,
  json,
  neverAborted,
  onCleanup,
  type Respond,
  startServer,
  status,
} from "./api-server.ts";

const deployment: WorkloadRef = { kind: "deployment", name: "docker-registry" };
const annotation = "ecr-pull-secrets/restarted-for";
const metadata = { namespace: "a", name: "docker-registry", resourceVersion: "9" };
const listOf = (...items: readonly unknown[]) => ({ kind: "DeploymentList", metadata: {}, items });

describe("on the wire", () => {
  async function api(respond: Respond) {
    const server = await startServer(respond);
    return { server, cluster: connectTo(accessTo(server)).api(neverAborted) };
  }

  const answering = (body: unknown) =>
    api((_seen, response) => {
      json(response, 200, body);
    });

  test.each([
    ["deployment", undefined, "/apis/apps/v1/deployments"],
    ["statefulset", undefined, "/apis/apps/v1/statefulsets"],
    ["daemonset", "a", "/apis/apps/v1/namespaces/a/daemonsets"],
  ] as const)(
    "are listed by name from the cache, and found newest: %s in %s",
    async (kind, namespace, path) => {
      const { server, cluster } = await answering(listOf());
      const workload = { kind, name: "docker-registry" };

      expect(await cluster.listWorkloads(workload, namespace)).toEqual([]);
      expect(await cluster.findWorkload(workload, "a")).toBeUndefined();

      const plural = path.split("/").at(-1);
      const byName = "fieldSelector=metadata.name%3Ddocker-registry";
      expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `GET ${path}?${byName}&resourceVersion=0`,
        `GET /apis/apps/v1/namespaces/a/${plural}?${byName}`,
      ]);
    },
  );

  test("are rolled by our annotation alone, at the version that was read", async () => {
    const { server, cluster } = await answering({ kind: "PartialObjectMetadata", metadata });
    const state = { restartedFor: undefined, held: undefined, terminating: false } as const;

    await cluster.restartWorkload({ ...deployment, ...metadata, ...state }, '{"a":{}}');

    const [sent] = server.seen;
    expect(`${sent?.method} ${sent?.url}`).toBe(
      "PATCH /apis/apps/v1/namespaces/a/deployments/docker-registry?fieldManager=ecr-pull-secrets",
    );
    expect(sent?.headers).toMatchObject({
      accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
      "content-type": "application/merge-patch+json",
    });
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      metadata: { resourceVersion: "9" },
      spec: { template: { metadata: { annotations: { [annotation]: '{"a":{}}' } } } },
    });
  });

  test.each<[what: string, item: unknown, message: string]>([
    ["no spec", { metadata }, "at items[0].spec: object expected"],
    ["no template", { metadata, spec: {} }, "at items[0].spec.template: object expected"],
    [
      "an annotation that is no text",
      {
        metadata,
        spec: { template: { metadata: { annotations: { [annotation]: ["hunter2"] } } } },
      },
      `at items[0].spec.template.metadata.annotations["${annotation}"]: string expected`,
    ],
    [
      "a pause that is none",
      { metadata, spec: { template: {}, paused: "hunter2" } },
      "at items[0].spec.paused: boolean expected",
    ],
    [
      "no version",
      { metadata: { namespace: "a", name: "docker-registry" }, spec: { template: {} } },
      "at items[0].metadata.resourceVersion: string expected",
    ],
  ])("with %s name the place, not the value", async (_what, item, message) => {
    const { cluster } = await answering(listOf(item));

    await expect(cluster.listWorkloads(deployment)).rejects.toMatchObject({
      kind: "malformed",
      message: `list deployments */docker-registry: an answer of another shape ${message}`,
    });
  });

  test("that other annotations say odd things of are read all the same", async () => {
    const annotations = { "example.com/odd": { nested: [1] }, [annotation]: "{}" };
    const item = { metadata, spec: { template: { metadata: { annotations } } } };
    const { cluster } = await answering(listOf(item));

    expect(await cluster.listWorkloads(deployment)).toMatchObject([{ restartedFor: "{}" }]);
  });

  test("of others are no answer, if a server ignores the selector", async () => {
    const spec = { template: {} };
    const others = [
      { metadata: { ...metadata, name: "other" }, spec },
      { metadata: { ...metadata, namespace: "b" }, spec },
    ];
    const { cluster } = await answering(listOf({ metadata, spec }, ...others));

    expect(await cluster.listWorkloads(deployment, "a")).toHaveLength(1);
    expect(await cluster.listWorkloads(deployment)).toHaveLength(2);
  });

  test("aren't restarted twice when the answer to the first patch is lost", async () => {
    const { server, cluster } = await api((seen, response) => {
      if (seen.number === 1) response.destroy();
      else json(response, 409, status(409, "Conflict", "the object has been modified"));
    });
    const state = { restartedFor: undefined, held: undefined, terminating: false } as const;

    await expect(
      cluster.restartWorkload({ ...deployment, ...metadata, ...state }, "{}"),
    ).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringContaining("restart deployment a/docker-registry: "),
    });
    expect(server.seen).toHaveLength(2);
  });
});

describe("in a cluster", () => {
  let fake: KubernetesApi;
  let cluster: ClusterApi;

  beforeEach(async () => {
    fake = await startKubernetesApi({ namespaces: ["team-a", "team-b"] });
    const token = new SecretValue(fake.admin.token);
    const access = accessTo({ url: new URL(fake.url) }, { ca: fake.ca, shown: { token } });
    cluster = connectTo(access).api(neverAborted);
    onCleanup(async () => {
      await fake.close();
      expect(fake.surprises).toEqual([]);
    });
  });

  const kindOf = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" };

  function make({ kind, name }: WorkloadRef, namespace: string, spec: object = {}) {
    const labels = { app: "registry" };
    const containers = [{ name: "registry", image: "registry:3" }];
    fake.state.create({
      apiVersion: "apps/v1",
      kind: kindOf[kind],
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
        ...spec,
      },
    });
  }

  const generation = () =>
    fake.state.find("Deployment", "docker-registry", "team-a")?.metadata.generation;

  test.each(workloadKinds)("a %s is found wherever it is, and rolls once", async (kind) => {
    const workload = { kind, name: "docker-registry" };
    make(workload, "team-a");
    make(workload, "team-b");
    make({ kind, name: "other" }, "team-b");

    const [first] = await cluster.listWorkloads(workload);
    expect(await cluster.listWorkloads(workload)).toHaveLength(2);
    expect(first).toMatchObject({ ...workload, namespace: "team-a", restartedFor: undefined });
    if (!first) return;
    await cluster.restartWorkload(first, "what it saw");

    const after = await cluster.findWorkload(workload, "team-a");
    expect(after).toMatchObject({ restartedFor: "what it saw", held: undefined });
    expect(fake.state.find(kindOf[kind], "docker-registry", "team-a")).toMatchObject({
      metadata: { generation: 2 },
      spec: {
        template: {
          metadata: { labels: { app: "registry" }, annotations: { [annotation]: "what it saw" } },
        },
      },
    });
  });

  test.each<[WorkloadRef["kind"], object, "paused" | "on-delete" | undefined]>([
    ["deployment", { paused: true }, "paused"],
    ["deployment", { paused: false }, undefined],
    ["deployment", { strategy: { type: "Recreate" } }, undefined],
    ["statefulset", { updateStrategy: { type: "OnDelete" } }, "on-delete"],
    ["daemonset", { updateStrategy: { type: "OnDelete" } }, "on-delete"],
    ["daemonset", { updateStrategy: { type: "RollingUpdate" } }, undefined],
  ])("a %s with %j is held: %#", async (kind, spec, held) => {
    make({ kind, name: "docker-registry" }, "team-a", spec);

    const [found] = await cluster.listWorkloads({ kind, name: "docker-registry" }, "team-a");

    expect(found?.held).toBe(held);
  });

  test("one that changed since it was read isn't rolled", async () => {
    make(deployment, "team-a");
    const seen = await cluster.findWorkload(deployment, "team-a");
    const target = { kind: "Deployment", namespace: "team-a", name: "docker-registry" };
    fake.state.edit(target, { spec: { replicas: 3 } });

    if (!seen) throw new Error("the deployment isn't found");
    await expect(cluster.restartWorkload(seen, "x")).rejects.toMatchObject({ kind: "conflict" });
    expect(generation()).toBe(2);
  });

  test("one that is gone isn't made", async () => {
    make(deployment, "team-a");
    const seen = await cluster.findWorkload(deployment, "team-a");
    fake.state.delete({ kind: "Deployment", namespace: "team-a", name: "docker-registry" });

    if (!seen) throw new Error("the deployment isn't found");
    await expect(cluster.restartWorkload(seen, "x")).rejects.toMatchObject({ kind: "not-found" });
    expect(await cluster.findWorkload(deployment, "team-a")).toBeUndefined();
  });

  test("one that ends says so", async () => {
    make(deployment, "team-a");
    const target = { kind: "Deployment", namespace: "team-a", name: "docker-registry" };
    fake.state.edit(target, { metadata: { finalizers: ["example.com/hold"] } });
    fake.state.delete(target);

    expect(await cluster.findWorkload(deployment, "team-a")).toMatchObject({ terminating: true });
  });

  test("the rights are pinned to the name", async () => {
    make(deployment, "team-a");
    const user = fake.addUser("refresh");
    const names = { resourceNames: ["docker-registry"] };
    fake.state.grant("refresh", [
      { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list", "patch"], ...names },
    ]);
    const token = new SecretValue(user.token);
    const access = accessTo({ url: new URL(fake.url) }, { ca: fake.ca, shown: { token } });
    const limited = connectTo(access).api(neverAborted);

    const [found] = await limited.listWorkloads(deployment);
    if (!found) throw new Error("the deployment isn't found");
    await limited.restartWorkload(found, "x");
    await expect(
      limited.listWorkloads({ kind: "deployment", name: "other" }),
    ).rejects.toMatchObject({ kind: "forbidden" });
    await expect(
      limited.listWorkloads({ kind: "daemonset", name: "docker-registry" }),
    ).rejects.toMatchObject({ kind: "forbidden" });
  });
});
