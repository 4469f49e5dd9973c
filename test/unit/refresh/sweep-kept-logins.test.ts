/** Logins that somebody keeps in Secrets Manager: a new version is pushed, a lost one harms nothing. */
import { describe, expect, test } from "vitest";
import { calls, loginsIn, region, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const describeSecret = "secretsmanager:DescribeSecret";
const getValue = "secretsmanager:GetSecretValue";
const home = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const ecr = { type: "ecr", region };
const ghcr = { type: "static", host: "ghcr.io", secretId: "logins/ghcr" };
const hub = { type: "static", host: "docker.io", secretId: "logins/hub" };

const login = (username: string) => JSON.stringify({ username, password: `${username}-password` });

async function startWith(...registries: object[]) {
  const scene = await startScene({ namespaces: ["web"] });
  scene.aws.secrets.create("logins/ghcr", login("robot"));
  scene.aws.secrets.create("logins/hub", login("whale"));
  const sweep = () => scene.sweep({ pullSecrets: [{ registries }] });
  await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { created: 1 } });
  scene.cluster.forgetRequests();
  return { scene, sweep };
}

function writesSince(scene: Scene): number {
  const { "patch secrets": writes = 0 } = calls(scene);
  scene.cluster.forgetRequests();
  return writes;
}

function stampsIn({ cluster }: Scene): Readonly<Record<string, { expires: string | null }>> {
  const { annotations = {} } = cluster.state.secret("web", "ecr-pull")?.metadata ?? {};
  return JSON.parse(annotations["ecr-pull-secrets/registries"] ?? "{}");
}

describe("a kept login", () => {
  test("is written as it is kept, without an expiry, and then left alone for good", async () => {
    const { scene, sweep } = await startWith(ghcr);
    expect(loginsIn(scene, "web")).toEqual({
      "ghcr.io": {
        username: "robot",
        password: "robot-password",
        auth: Buffer.from("robot:robot-password").toString("base64"),
      },
    });
    expect(stampsIn(scene)["ghcr.io"]?.expires).toBeNull();
    const reads = scene.aws.count("GetSecretValue");
    scene.passHours(24 * 365);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 1 } });
    expect(writesSince(scene)).toBe(0);
    expect(scene.aws.count("GetSecretValue")).toBe(reads);
  });

  test("is pushed at the next sweep after it has changed, and only to the secrets with it", async () => {
    const { scene } = await startWith(ghcr);
    const pullSecrets = [{ registries: [ghcr] }, { name: "other-pull", registries: [hub] }];
    await scene.sweep({ pullSecrets });
    scene.cluster.forgetRequests();
    const untouched = scene.cluster.state.secret("web", "other-pull");

    scene.aws.secrets.put("logins/ghcr", login("droid"));
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1, current: 1 } });
    expect(report.secrets).toContainEqual(
      expect.objectContaining({
        pullSecret: "ecr-pull",
        reason: "ghcr.io has another source or version now",
      }),
    );
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "droid" } });
    expect(scene.cluster.state.secret("web", "other-pull")).toEqual(untouched);
    expect(writesSince(scene)).toBe(1);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { current: 2 } });
  });

  test("that can't be read leaves the one that is there, and all others", async () => {
    const { scene, sweep } = await startWith(ghcr, hub);
    scene.aws.secrets.put("logins/ghcr", login("droid"));
    scene.aws.deny(getValue);
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1 } });
    expect(report.failures).toContainEqual(
      expect.objectContaining({ kind: "mint", registry: "ghcr.io", namespaces: ["web"] }),
    );
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "robot" } });
    expect(writesSince(scene)).toBe(0);
    scene.aws.allow(getValue);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "droid" } });
  });

  test("that can't be read is linked to a new account all the same", async () => {
    const { scene } = await startWith(ghcr);
    scene.aws.secrets.put("logins/ghcr", login("droid"));
    scene.aws.deny(getValue);
    const pullSecrets = [{ registries: [ghcr], serviceAccounts: ["default"] }];
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({
      outcome: "failed",
      counts: { failed: 1, linked: 1 },
    });
    expect(scene.cluster.state.imagePullSecrets("web", "default")).toEqual(["ecr-pull"]);
  });

  test("beside ECR is carried over or read anew, whichever can be had", async () => {
    const { scene, sweep } = await startWith(ecr, ghcr);
    const kept = loginsIn(scene, "web");
    scene.aws.deny(getValue);
    scene.passHours(6.1);
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed", counts: { renewed: 1 } });
    expect(loginsIn(scene, "web")["ghcr.io"]).toEqual(kept["ghcr.io"]);
    expect(loginsIn(scene, "web")[home]).not.toEqual(kept[home]);
    expect(writesSince(scene)).toBe(1);

    scene.aws.allow(getValue);
    scene.aws.deny("ecr:GetAuthorizationToken");
    scene.aws.secrets.put("logins/ghcr", login("droid"));
    const token = loginsIn(scene, "web")[home];
    // The token is minted along with it, and refused: the one that is there stays.
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed", counts: { renewed: 1 } });
    expect(loginsIn(scene, "web")[home]).toEqual(token);
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "droid" } });
  });
});

describe("a kept login of which nobody can tell whether it is the same still", () => {
  const unknown = { kind: "mint", pullSecret: "ecr-pull", registry: "ghcr.io" };

  test("stays, is reported at each sweep, and is looked at again when that is possible", async () => {
    const { scene, sweep } = await startWith(ghcr);
    scene.aws.deny(describeSecret);
    for (const _ of [1, 2]) {
      scene.passHours(24);
      await expect(sweep()).resolves.toMatchObject({
        outcome: "failed",
        counts: { current: 1, failed: 0 },
        failures: [{ ...unknown, namespaces: ["web"] }],
      });
    }
    expect(writesSince(scene)).toBe(0);
    scene.aws.secrets.put("logins/ghcr", login("droid"));
    scene.aws.allow(describeSecret);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "droid" } });
  });

  test("is carried over while ECR's is renewed, with the version that it had", async () => {
    const { scene, sweep } = await startWith(ecr, ghcr);
    const before = stampsIn(scene)["ghcr.io"];
    scene.aws.deny(describeSecret);
    scene.passHours(6.1);
    await expect(sweep()).resolves.toMatchObject({
      outcome: "failed",
      counts: { renewed: 1 },
      failures: [unknown],
    });
    expect(loginsIn(scene, "web")).toMatchObject({ "ghcr.io": { username: "robot" } });
    expect(stampsIn(scene)["ghcr.io"]).toEqual(before);
    scene.aws.allow(describeSecret);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 1 } });
  });

  test("leaves somebody else's secret that was to be adopted, and is one failure", async () => {
    const { scene } = await startWith(ecr, ghcr);
    scene.aws.deny(describeSecret);
    scene.cluster.state.createNamespace("shop");
    const data = { ".dockerconfigjson": '{"auths":{"x":{"auth":"eA=="}}}' };
    const type = "kubernetes.io/dockerconfigjson";
    scene.cluster.state.createSecret("shop", "ecr-pull", { type, data });
    const pullSecrets = [{ registries: [ecr, ghcr], adopt: true }];
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({
      outcome: "failed",
      counts: { failed: 1, current: 1 },
      failures: [{ ...unknown, namespaces: ["web", "shop"] }],
      notices: [
        { kind: "adopt-held", namespace: "shop", message: expect.stringContaining("ghcr.io") },
      ],
    });
    expect(scene.cluster.state.secretData("shop", "ecr-pull")).toEqual(data);
    scene.aws.allow(describeSecret);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({
      outcome: "ok",
      counts: { adopted: 1 },
    });
  });

  test("keeps a new namespace without a secret if it is the only one in it, and says why", async () => {
    const { scene, sweep } = await startWith(ghcr);
    scene.aws.deny(describeSecret);
    scene.cluster.state.createNamespace("new");
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, current: 1 } });
    expect(report.failures).toMatchObject([unknown]);
    expect(report.failures[0]?.namespaces.toSorted()).toEqual(["new", "web"]);
    expect(scene.cluster.state.secret("new", "ecr-pull")).toBeUndefined();
  });

  test("is left out of a new namespace's secret that others are worth making", async () => {
    const { scene, sweep } = await startWith(ecr, ghcr);
    scene.aws.deny(describeSecret);
    scene.cluster.state.createNamespace("new");
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1 } });
    expect(report.secrets).toContainEqual({
      namespace: "new",
      pullSecret: "ecr-pull",
      result: "created",
      reason: "missing; without ghcr.io",
      without: ["ghcr.io"],
      expiresAt: expect.any(String),
    });
    expect(Object.keys(loginsIn(scene, "new"))).toEqual([home]);
    scene.aws.allow(describeSecret);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
    expect(Object.keys(loginsIn(scene, "new"))).toEqual([home, "ghcr.io"]);
  });
});
