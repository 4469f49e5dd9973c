/** What the secrets are for: crane pulls from a registry in ECR's place, with what was pushed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Registry, startRegistry } from "../parts/registry.ts";
import { createNamespaces, dockerConfigJson, readSecret } from "./contents.ts";
import type { Deployment } from "./deployment.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let registry: Registry;
let prod: Deployment;
let image: string;
beforeAll(async () => {
  [scene, registry] = await Promise.all([startScene(), startRegistry({ password: "unknown" })]);
  image = await registry.push("team/app");
  await createNamespaces(scene.cluster.kubectl, [{ name: "team" }]);
  prod = await scene.deploy("prod");
});
afterAll(() => Promise.all([registry?.stop(), scene?.stop()]));

/** Sweeps; from then on the registry accepts only the token that was minted for it. */
async function renew(): Promise<string> {
  const report = await prod.sweep([{ namespaces: "team" }]);
  expect(report.outcome).toBe("ok");
  const minted = scene.aws.tokens.at(-1);
  expect(minted).toBeDefined();
  await registry.setPassword(minted?.password ?? "");
  return dockerConfigJson(await readSecret(scene.cluster.kubectl, "team"));
}

/** Fetches manifest, config and layers, and checks their digests. */
const pull = (dockerConfigJson = "{}") =>
  registry.crane(["validate", "--remote", image], { dockerConfigJson });

test("an image can be pulled with the pushed secret, and not without it", async () => {
  const pushed = await renew();

  await expect(pull(pushed)).resolves.toMatch(/PASS/);
  await expect(pull()).rejects.toThrow(/UNAUTHORIZED/);
  const others = pushed.replaceAll(registry.host, "000000000000.dkr.ecr.eu-west-1.amazonaws.com");
  await expect(pull(others)).rejects.toThrow(/UNAUTHORIZED/);
});

test("after a renewal, only with what is in the secret now", async () => {
  const old = dockerConfigJson(await readSecret(scene.cluster.kubectl, "team"));
  await expect(pull(old)).resolves.toMatch(/PASS/);
  scene.clock.passHalfLife();

  const renewed = await renew();

  await expect(pull(renewed)).resolves.toMatch(/PASS/);
  await expect(pull(old)).rejects.toThrow(/UNAUTHORIZED/);
});
