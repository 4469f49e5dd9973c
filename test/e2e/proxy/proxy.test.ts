/**
 * A registry in proxy mode, really: distribution, started with the pushed secret's keys as its
 * environment, before an upstream that takes the newest token and no other.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Migration, readExample, type Scene, startScene } from "../migration/scene.ts";
import { type Registry, startRegistry } from "../parts/registry.ts";
import { type RegistryProxy, startRegistryProxy } from "../parts/registry-proxy.ts";
import { createNamespaces } from "../sweep/contents.ts";
import { environmentNow, manifest, namespace, readDeployment } from "./kubelet.ts";

const cleanup = new AsyncDisposableStack();
let scene: Scene;
let upstream: Registry;
let migration: Migration;
/** As the proxy's clients name them. */
let [first, second]: string[] = [];
beforeAll(async () => {
  const registry = startRegistry({ password: "unknown", plain: true });
  [scene, upstream] = await Promise.all([startScene(), registry]);
  cleanup.defer(() => scene.stop());
  cleanup.use(upstream);
  const pushed = [await upstream.push("team/app"), await upstream.push("team/worker")];
  [first, second] = pushed.map((image) => image.slice(`${upstream.host}/`.length));
  const { kubectl } = scene.cluster;
  await createNamespaces(kubectl, [{ name: namespace }]);
  await kubectl(["create", "--filename=-"], { input: JSON.stringify(manifest) });
  const example = await readExample("pull-through-proxy", "ecr-regcred");
  migration = await scene.migrateTo("proxy", [example]);
});
afterAll(() => cleanup.disposeAsync());

const currentDeployment = () => readDeployment(scene.cluster.kubectl);

/** As a kubelet does once the template has changed. */
async function startPod(): Promise<RegistryProxy> {
  const env = await environmentNow(scene.cluster.kubectl);
  const remoteUrl = `http://${upstream.host}`;
  return cleanup.use(await startRegistryProxy({ remoteUrl, env }));
}

/** From then on the upstream takes just the token that was minted for this sweep. */
async function sweep() {
  const report = await migration.sweep();
  expect(report).toMatchObject({ outcome: "ok", failures: [] });
  const minted = scene.aws.tokens.at(-1)?.password ?? "";
  await upstream.setPassword(minted);
  return { report, minted };
}

let proxy: RegistryProxy;

test("a proxy that starts with the pushed secret pulls through to its upstream", async () => {
  const { minted } = await sweep();

  await expect(environmentNow(scene.cluster.kubectl)).resolves.toEqual({
    REGISTRY_PROXY_USERNAME: "AWS",
    REGISTRY_PROXY_PASSWORD: minted,
  });
  proxy = await startPod();
  await expect(proxy.pull(first ?? "")).resolves.toMatch(/PASS/);
});

test("nothing rolls while nothing changes", async () => {
  const before = await currentDeployment();

  await sweep();

  expect(await currentDeployment()).toEqual(before);
});

test("after a renewal the Deployment rolls once, and its new pod takes over from the old", async () => {
  const before = await currentDeployment();
  scene.clock.passHalfLife();

  const { report } = await sweep();

  expect(report.secrets).toMatchObject([{ result: "renewed" }]);
  const after = await currentDeployment();
  expect(after.generation).toBe(before.generation + 1);
  expect(after.template).not.toEqual(before.template);
  await sweep();
  expect(await currentDeployment(), "after another sweep").toEqual(after);
  await expect(proxy.pull(second ?? ""), "the old pod").rejects.toThrow(
    /unauthorized: authentication required/,
  );
  const next = await startPod();
  await expect(next.pull(second ?? ""), "the new pod").resolves.toMatch(/PASS/);
});
