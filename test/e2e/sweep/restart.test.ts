/** Workloads that read their secret only when they start: they roll once for each new content. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNamespaces, readSecret } from "./contents.ts";
import type { Deployment, PullSecretInput } from "./deployment.ts";
import { type Scene, startScene } from "./scene.ts";
import { createWorkload, generationOf, readWorkload } from "./workloads.ts";

const note = "ecr-pull-secrets/restarted-for";
const restart = ["deployment/docker-registry"];
const rights = { restart: [...restart, "statefulset/docker-registry"] };

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene?.stop());

const kubectl = (...args: Parameters<Scene["cluster"]["kubectl"]>) =>
  scene.cluster.kubectl(...args);

/** A namespace of this name with the proxy in it, and a deployment that looks after it. */
async function startProxy(name: string, workload: Parameters<typeof createWorkload>[2] = {}) {
  await createNamespaces(scene.cluster.kubectl, [{ name }]);
  await createWorkload(scene.cluster.kubectl, name, workload);
  const prod = await scene.deploy(name, { namespace: `sweeper-${name}`, ...rights });
  const pullSecrets: PullSecretInput[] = [{ namespaces: name, restart }];
  return { prod, pullSecrets, generation: () => generationOf(scene.cluster.kubectl, name) };
}

async function editSecret(namespace: string): Promise<void> {
  const patch = JSON.stringify({ data: { ".dockerconfigjson": "e30=" } });
  await kubectl(["patch", "secret", "ecr-pull", `--namespace=${namespace}`, `--patch=${patch}`]);
}

test("a Deployment's template changes once per renewal, and in nothing but our note", async () => {
  const { prod, pullSecrets, generation } = await startProxy("proxy");
  const before = await readWorkload(scene.cluster.kubectl, "proxy");

  const first = await prod.sweep(pullSecrets);
  expect(first).toMatchObject({ outcome: "ok", counts: { created: 1, restarted: 1 } });
  const after = await readWorkload(scene.cluster.kubectl, "proxy");
  const { annotations } = after.spec.template.metadata;
  const { [note]: text = "", ...others } = annotations;
  expect(others).toEqual({ theirs: "stays" });
  const secret = await readSecret(scene.cluster.kubectl, "proxy");
  expect(JSON.parse(text)).toEqual({
    "ecr-pull": {
      shape: secret.metadata.annotations["ecr-pull-secrets/shape"],
      registries: JSON.parse(secret.metadata.annotations["ecr-pull-secrets/registries"] ?? ""),
    },
  });
  const { template, ...spec } = after.spec;
  expect({ ...spec, template: { ...template, metadata: before.spec.template.metadata } }).toEqual(
    before.spec,
  );

  const generations = [await generation()];
  for (const passes of [false, true, false, true]) {
    if (passes) scene.clock.passHalfLife();
    const report = await prod.sweep(pullSecrets);
    expect(report.outcome).toBe("ok");
    generations.push(await generation());
  }
  expect(generations).toEqual([2, 2, 3, 3, 4]);
});

describe("a sweep that ends between the write and the restart", () => {
  test("is made up for by the next one, once", async () => {
    const { prod, pullSecrets, generation } = await startProxy("crash");
    await prod.sweep(pullSecrets);
    scene.clock.passHalfLife();

    const crash = new Error("the process is killed");
    const happens = () => Promise.reject(crash);
    await expect(prod.sweep(pullSecrets, { afterWrites: 1, happens })).rejects.toBe(crash);
    expect(await generation()).toBe(2);

    await expect(prod.sweep(pullSecrets)).resolves.toMatchObject({
      outcome: "ok",
      counts: { current: 1, restarted: 1 },
    });
    await prod.sweep(pullSecrets);
    expect(await generation()).toBe(3);
  });

  test("changes nothing about a workload that somebody writes meanwhile", async () => {
    const { prod, pullSecrets, generation } = await startProxy("busy");
    const target = ["deployment/docker-registry", "--namespace=busy"];
    const happens = () => kubectl(["label", ...target, "by=them"]);
    const report = await prod.sweep(pullSecrets, { afterWrites: 1, happens });
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 1 } });
    expect(await generation()).toBe(2);
    const { metadata } = await readWorkload(scene.cluster.kubectl, "busy");
    expect(metadata["labels"]).toEqual({ team: "a", by: "them" });
  });
});

describe("a workload that can't roll is a notice, and the secret is written:", () => {
  async function noticed(prod: Deployment, pullSecrets: readonly PullSecretInput[]) {
    const report = await prod.sweep(pullSecrets);
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 0, failed: 0 } });
    return report.notices.map(({ kind, namespace, message }) => [kind, namespace, message]);
  }

  test("a paused one rolls once it goes on", async () => {
    const { prod, pullSecrets, generation } = await startProxy("paused", {
      spec: { paused: true },
    });
    expect(await noticed(prod, pullSecrets)).toEqual([
      ["restart-pending", "paused", expect.stringContaining("is paused")],
    ]);
    expect(await generation()).toBe(1);

    await kubectl(["rollout", "resume", "-n", "paused", "deployment/docker-registry"]);
    await expect(prod.sweep(pullSecrets)).resolves.toMatchObject({ counts: { restarted: 1 } });
    expect(await generation()).toBe(3);
  });

  test("one that waits for its pods to be deleted", async () => {
    const spec = { updateStrategy: { type: "OnDelete" }, serviceName: "registry" };
    const { prod } = await startProxy("on-delete", { kind: "statefulset", spec });
    const ref = ["statefulset/docker-registry"];
    expect(await noticed(prod, [{ namespaces: "on-delete", restart: ref }])).toEqual([
      ["restart-pending", "on-delete", expect.stringContaining("OnDelete")],
    ]);
    const { metadata } = await readWorkload(scene.cluster.kubectl, "on-delete", "statefulset");
    expect(metadata.generation).toBe(1);
  });

  test("one that isn't there yet", async () => {
    await createNamespaces(scene.cluster.kubectl, [{ name: "empty" }]);
    const prod = await scene.deploy("empty", { namespace: "sweeper-empty", ...rights });
    const pullSecrets = [{ namespaces: "empty", restart }];
    expect(await noticed(prod, pullSecrets)).toEqual([
      ["restart-pending", "empty", expect.stringContaining("is not there")],
    ]);
    await createWorkload(scene.cluster.kubectl, "empty");
    await expect(prod.sweep(pullSecrets)).resolves.toMatchObject({
      notices: [],
      counts: { current: 1, restarted: 1 },
    });
  });
});

test("whoever fights over the secret makes it roll no more often", async () => {
  const { prod, pullSecrets, generation } = await startProxy("fought");
  await prod.sweep(pullSecrets);
  for (const _ of [1, 2, 3, 4, 5]) {
    await editSecret("fought");
    await prod.sweep(pullSecrets);
  }
  expect(await generation()).toBe(2);
  scene.clock.passHalfLife();
  for (const _ of [1, 2]) {
    await editSecret("fought");
    await prod.sweep(pullSecrets);
  }
  expect(await generation()).toBe(3);
});

test("without the right to the workload it is said which command grants it", async () => {
  await createNamespaces(scene.cluster.kubectl, [{ name: "unasked" }]);
  await createWorkload(scene.cluster.kubectl, "unasked");
  const prod = await scene.deploy("unasked", { namespace: "sweeper-unasked" });
  const report = await prod.sweep([{ namespaces: "unasked", restart }]);
  expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, restarted: 0 } });
  expect(report.failures).toMatchObject([
    { kind: "forbidden", pullSecret: "ecr-pull", hint: expect.stringContaining("register") },
  ]);
});
