/** ECR Public: an expired login fails pulls that need none, so it is taken out; nothing else is. */
import { describe, expect, test } from "vitest";
import { AwsFailure } from "../../fakes/aws/service.ts";
import { calls, loginsIn, region, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const getPublicToken = "ecr-public:GetAuthorizationToken";
const home = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const publicHosts = ["ecr-public.aws.com", "public.ecr.aws"];
const ecr = { type: "ecr", region };
const ecrPublic = { type: "ecr-public" };

const lapsed =
  "public.ecr.aws has expired and can't be renewed: its entry was removed, pulls go on without a login";

/** A secret that was written, and sweeps of the same config. */
async function startWith(...registries: object[]) {
  const scene = await startScene({ namespaces: ["web"] });
  const sweep = () => scene.sweep({ pullSecrets: [{ registries }] });
  await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { created: 1 } });
  scene.cluster.forgetRequests();
  return { scene, sweep };
}

function denyPublic({ aws }: Scene): void {
  aws.fail(getPublicToken, { kind: "failure", failure: new AwsFailure("denied", "not you") });
}

const hostsIn = (scene: Scene) => Object.keys(loginsIn(scene, "web"));
const contentIn = ({ cluster }: Scene) =>
  cluster.state.secretData("web", "ecr-pull")?.[".dockerconfigjson"];

function writesSince(scene: Scene): number {
  const { "patch secrets": writes = 0 } = calls(scene);
  scene.cluster.forgetRequests();
  return writes;
}

function stampsIn({ cluster }: Scene): readonly string[] {
  const { annotations = {} } = cluster.state.secret("web", "ecr-pull")?.metadata ?? {};
  return Object.keys(JSON.parse(annotations["ecr-pull-secrets/registries"] ?? "{}"));
}

describe("a public login that can't be renewed", () => {
  test("stays until it expires, is taken out once, and is back with the first new one", async () => {
    const { scene, sweep } = await startWith(ecrPublic);
    const before = contentIn(scene);
    const uid = scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid;
    denyPublic(scene);
    for (const hours of [6.1, 2.9, 2.9]) {
      scene.passHours(hours);
      await expect(sweep()).resolves.toMatchObject({
        outcome: "failed",
        failures: [{ kind: "mint", registry: "public.ecr.aws" }],
        secrets: [{ result: "failed", reason: "no credential could be had" }],
      });
    }
    expect(writesSince(scene)).toBe(0);
    expect(contentIn(scene)).toBe(before);

    scene.passHours(0.2);
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, renewed: 0 } });
    expect(report.secrets).toMatchObject([{ result: "failed", reason: lapsed, expiresAt: null }]);
    expect(report.failures).toMatchObject([
      { kind: "mint", registry: "public.ecr.aws", namespaces: ["web"] },
    ]);
    expect(contentIn(scene)).toBe('{"auths":{}}');
    expect(stampsIn(scene)).toEqual([]);
    expect(writesSince(scene)).toBe(1);

    for (const _ of [1, 2]) {
      scene.passHours(1);
      await expect(sweep()).resolves.toMatchObject({
        outcome: "failed",
        failures: [{ kind: "mint" }],
        secrets: [{ result: "failed" }],
      });
    }
    expect(writesSince(scene)).toBe(0);

    scene.aws.heal();
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
    expect(hostsIn(scene)).toEqual(publicHosts);
    expect(scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid).toBe(uid);
    expect(writesSince(scene)).toBe(1);
  });

  test("leaves the private registry's beside it, which is renewed as ever", async () => {
    const { scene, sweep } = await startWith(ecr, ecrPublic);
    denyPublic(scene);
    scene.passHours(6.1);
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed", counts: { renewed: 1 } });
    expect(hostsIn(scene)).toEqual([home, ...publicHosts]);
    expect(writesSince(scene)).toBe(1);

    const kept = JSON.stringify(loginsIn(scene, "web")[home]);
    scene.passHours(5);
    await sweep();
    expect(writesSince(scene)).toBe(0);
    scene.passHours(1);
    const report = await sweep();
    expect(report.secrets).toMatchObject([{ result: "failed", reason: lapsed }]);
    // What is left is good for hours yet, and the report counts them.
    expect(report.soonestExpiry).not.toBeNull();
    expect(hostsIn(scene)).toEqual([home]);
    expect(JSON.stringify(loginsIn(scene, "web")[home])).not.toBe(kept);
    expect(stampsIn(scene)).toEqual([home.replace(".amazonaws.com", "")]);
    expect(writesSince(scene)).toBe(1);

    scene.passHours(1);
    await sweep();
    expect(writesSince(scene)).toBe(0);
    scene.aws.heal();
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok" });
    expect(hostsIn(scene)).toEqual([home, ...publicHosts]);
  });

  test("is alone in that: without AWS, the private one's expired entry stays byte for byte", async () => {
    const { scene, sweep } = await startWith(ecr, ecrPublic);
    const kept = JSON.stringify(loginsIn(scene, "web")[home]);
    denyPublic(scene);
    scene.aws.deny("ecr:GetAuthorizationToken");
    scene.passHours(12.1);
    const report = await sweep();
    expect(report.secrets).toMatchObject([{ result: "failed", reason: lapsed }]);
    expect(report.failures.map(({ registry }) => registry).sort()).toEqual([
      home.replace(".amazonaws.com", ""),
      "public.ecr.aws",
    ]);
    expect(hostsIn(scene)).toEqual([home]);
    expect(JSON.stringify(loginsIn(scene, "web")[home])).toBe(kept);
    expect(writesSince(scene)).toBe(1);
    await sweep();
    expect(writesSince(scene)).toBe(0);
  });

  test("stays in an opaque secret, whose keys a pod needs to start", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const format = { type: "opaque", username: "user", password: "pass" };
    const sweep = () => scene.sweep({ pullSecrets: [{ format, registries: [ecrPublic] }] });
    await sweep();
    const before = scene.cluster.state.secretData("web", "ecr-pull");
    denyPublic(scene);
    scene.passHours(12.1);
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed", counts: { failed: 1 } });
    expect(scene.cluster.state.secretData("web", "ecr-pull")).toEqual(before);
  });

  test("isn't a reason to touch what somebody else has made, where the config adopts", async () => {
    const { scene } = await startWith(ecrPublic);
    const owner = { metadata: { annotations: { "ecr-pull-secrets/owner": null } } };
    scene.cluster.state.editSecret("web", "ecr-pull", owner);
    const before = contentIn(scene);
    denyPublic(scene);
    scene.passHours(12.1);
    const pullSecrets = [{ registries: [ecrPublic], adopt: true }];
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { failed: 1 } });
    expect(contentIn(scene)).toBe(before);
  });

  test("makes no new secret: an empty one opens nothing", async () => {
    const { scene, sweep } = await startWith(ecrPublic);
    denyPublic(scene);
    scene.cluster.state.createNamespace("new");
    await sweep();
    expect(scene.cluster.state.secret("new", "ecr-pull")).toBeUndefined();
  });
});
