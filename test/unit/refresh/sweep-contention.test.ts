/** Somebody else keeps writing to what is ours: over several sweeps, and where it ends. */
import { describe, expect, test } from "vitest";
import { calls, loginsIn, region, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const empty = { data: { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") } };

function compete({ cluster }: Scene): void {
  cluster.state.editSecret("web", "ecr-pull", empty, "other-tool");
}

function writesIn(scene: Scene): number {
  return calls(scene)["patch secrets"] ?? 0;
}

/** Sweeps after each of which a competitor edits the secret; returns the last report. */
async function fight(scene: Scene, sweeps: number) {
  await scene.sweep();
  for (let round = 1; round < sweeps; round += 1) {
    compete(scene);
    await scene.sweep();
  }
  compete(scene);
  scene.cluster.forgetRequests();
}

describe("a competitor that edits our secret after each sweep", () => {
  test("is put right three times, then reported, and left until the half-life", async () => {
    const scene = await startScene({ namespaces: ["web", "api"] });
    await scene.sweep();
    scene.cluster.forgetRequests();
    for (const round of [1, 2, 3]) {
      compete(scene);
      const report = await scene.sweep();
      expect(report).toMatchObject({ outcome: "ok", counts: { restored: 1, current: 1 } });
      expect(writesIn(scene)).toBe(round);
      expect(Object.keys(loginsIn(scene, "web"))).toHaveLength(1);
    }
    compete(scene);
    const minted = scene.aws.tokens.length;
    for (const _ of [1, 2]) {
      const report = await scene.sweep();
      expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, current: 1 } });
      expect(report.failures).toMatchObject([
        {
          kind: "contention",
          namespaces: ["web"],
          message: expect.stringMatching(/other-tool.*3 times/),
          hint: expect.stringContaining("--show-managed-fields"),
        },
      ]);
    }
    expect(writesIn(scene)).toBe(3);
    expect(scene.aws.tokens).toHaveLength(minted);

    scene.passHours(6.1);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { restored: 1 } });
    expect(Object.keys(loginsIn(scene, "web"))).toHaveLength(1);
    compete(scene);
    scene.cluster.forgetRequests();
    await expect(scene.sweep()).resolves.toMatchObject({ failures: [{ kind: "contention" }] });
    expect(writesIn(scene)).toBe(0);
  });

  test("is forgotten once it has stopped and the secret was renewed", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await fight(scene, 4);
    await expect(scene.sweep()).resolves.toMatchObject({ failures: [{ kind: "contention" }] });
    scene.passHours(6.1);
    await scene.sweep();
    scene.passHours(6.1);
    await expect(scene.sweep()).resolves.toMatchObject({ counts: { renewed: 1 } });
    const { annotations = {} } = scene.cluster.state.secret("web", "ecr-pull")?.metadata ?? {};
    expect(annotations).not.toHaveProperty("ecr-pull-secrets/contention");
    compete(scene);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { restored: 1 } });
  });

  test("doesn't make the secret die: without ECR, nothing is taken back", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await fight(scene, 1);
    scene.aws.deny("ecr:GetAuthorizationToken");
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1 } });
    expect(writesIn(scene)).toBe(0);
  });
});

test("a fight is given up also while one of the secret's registries can't be minted", async () => {
  const scene = await startScene({ namespaces: ["web"] });
  const roleArn = "arn:aws:iam::111122223333:role/gone";
  const other = { type: "ecr", region: "eu-west-1", roleArn };
  const sweep = () =>
    scene.sweep({ pullSecrets: [{ registries: [{ type: "ecr", region }, other] }] });
  await sweep();
  scene.cluster.forgetRequests();
  for (const _ of [1, 2, 3, 4, 5]) {
    compete(scene);
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed" });
  }
  const { failures } = await sweep();
  expect(failures.map(({ kind }) => kind).sort()).toEqual(["contention", "mint"]);
  expect(writesIn(scene)).toBe(3);
});

describe("somebody's one-time edit is put right", () => {
  const annotate = (name: string, value: string | null) => ({
    metadata: { annotations: { [`ecr-pull-secrets/${name}`]: value } },
  });

  test.each<readonly [string, object]>([
    ["of the data", empty],
    ["of our label", { metadata: { labels: { "app.kubernetes.io/managed-by": "helm" } } }],
    [
      "that takes our label away",
      { metadata: { labels: { "app.kubernetes.io/managed-by": null } } },
    ],
    ["of the registries' stamps", annotate("registries", "{}")],
    ["that isn't JSON", annotate("registries", "{{{")],
    ["that is JSON of another shape", annotate("registries", '[{"issued":1}]')],
    ["that takes a stamp away", annotate("shape", null)],
    ["that promises a thousand years", annotate("expires-at", "3026-01-01T00:00:00Z")],
    ["of the time", annotate("refreshed-at", "yesterday")],
  ])("%s", async (_, patch) => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep();
    const before = scene.cluster.state.secret("web", "ecr-pull");
    scene.cluster.state.editSecret("web", "ecr-pull", patch);
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { restored: 1 } });
    const after = scene.cluster.state.secret("web", "ecr-pull");
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
    expect(Object.keys(after?.metadata.annotations ?? {}).sort()).toEqual(
      [...Object.keys(before?.metadata.annotations ?? {}), "ecr-pull-secrets/contention"].sort(),
    );
    expect(Object.keys(loginsIn(scene, "web"))).toHaveLength(1);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 1 } });
  });

  test("but one that takes the owner away makes the secret somebody else's", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep();
    scene.cluster.state.editSecret("web", "ecr-pull", annotate("owner", null));
    const report = await scene.sweep();
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["web"] }]);
    await expect(scene.sweep({ pullSecrets: [{ adopt: true }] })).resolves.toMatchObject({
      outcome: "ok",
      counts: { adopted: 1 },
    });
  });
});

describe("a secret that was there before us", () => {
  test("of another type is a conflict with a remedy, also where the config adopts", async () => {
    const scene = await startScene({ namespaces: ["web", "api"] });
    scene.cluster.state.createSecret("web", "ecr-pull", { type: "Opaque", data: { a: "1" } });
    const report = await scene.sweep({ pullSecrets: [{ adopt: true }] });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, failed: 1 } });
    expect(report.failures).toMatchObject([
      { kind: "conflict", namespaces: ["web"], hint: expect.stringContaining("kubectl delete") },
    ]);
    expect(scene.cluster.state.secretData("web", "ecr-pull")).toEqual({ a: "1" });
  });

  test("isn't adopted while one of its registries can't be minted", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const theirs = { ".dockerconfigjson": '{"auths":{"x":{"auth":"eA=="}}}' };
    const type = "kubernetes.io/dockerconfigjson";
    scene.cluster.state.createSecret("web", "ecr-pull", { type, data: theirs });
    scene.aws.deny("ecr:GetAuthorizationToken");
    await expect(scene.sweep({ pullSecrets: [{ adopt: true }] })).resolves.toMatchObject({
      outcome: "failed",
      counts: { failed: 1 },
      secrets: [{ reason: expect.stringContaining("left as it is until") }],
    });
    expect(scene.cluster.state.secretData("web", "ecr-pull")).toEqual(theirs);
  });

  test("left by a local trial is taken over by a deployed stage", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep({ stage: "local" });
    const report = await scene.sweep({ stage: "prod" });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
    await expect(scene.sweep({ stage: "local" })).resolves.toMatchObject({
      failures: [{ kind: "conflict", message: expect.stringContaining("/prod") }],
    });
  });
});
