/** A secret for two registries, one of which can't be minted: what is there is kept, or had in part. */
import { describe, expect, test } from "vitest";
import { AwsFailure } from "../../fakes/aws/service.ts";
import { calls, loginsIn, region, type Scene, scenes, secretPath } from "./sweep-scene.ts";

const startScene = scenes();
const getToken = "ecr:GetAuthorizationToken";
const home = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const abroad = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const pullSecrets = [
  {
    registries: [
      { type: "ecr", region },
      { type: "ecr", region: "eu-west-1" },
    ],
  },
];

function denyIn(scene: Scene, deniedRegion: string): void {
  const failure = new AwsFailure("denied", "User: arn is not authorized");
  scene.aws.fail(getToken, { kind: "failure", failure }, { region: deniedRegion });
}

/** A cluster whose secrets are due. */
async function startDue() {
  const scene = await startScene({ namespaces: ["api", "web"] });
  await scene.sweep({ pullSecrets });
  scene.passHours(6.1);
  return { scene, sweep: () => scene.sweep({ pullSecrets }) };
}

const versionOf = ({ cluster }: Scene, namespace = "web") =>
  cluster.state.secret(namespace, "ecr-pull")?.metadata.resourceVersion;

describe("where one of two registries is denied", () => {
  test("its entry is kept byte for byte, and the other's is renewed in place", async () => {
    const { scene, sweep } = await startDue();
    const before = loginsIn(scene, "web");
    const uid = scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid;
    denyIn(scene, "eu-west-1");

    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 2, minted: 1 } });
    expect(report.failures).toMatchObject([
      {
        kind: "mint",
        registry: "123456789012.dkr.ecr.eu-west-1",
        namespaces: ["api", "web"],
        hint: expect.stringContaining("Allow ecr:GetAuthorizationToken"),
      },
    ]);
    const after = loginsIn(scene, "web");
    expect(JSON.stringify(after[abroad])).toBe(JSON.stringify(before[abroad]));
    expect(JSON.stringify(after[home])).not.toBe(JSON.stringify(before[home]));
    expect(JSON.stringify(after[home])).toContain(scene.aws.tokens.at(-1)?.password);
    expect(scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid).toBe(uid);
  });

  test("nothing is rewritten while the denial lasts, and each sweep says so", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    await sweep();
    const version = versionOf(scene);
    scene.cluster.forgetRequests();
    for (const hours of [0.2, 1, 2]) {
      scene.passHours(hours);
      const report = await sweep();
      expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "mint" }] });
    }
    expect(calls(scene)).toEqual({ "list namespaces": 3, "list secrets": 3 });
    expect(versionOf(scene)).toBe(version);
  });

  test("the dead entry is dropped once it has expired and the other is due", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    await sweep();
    scene.passHours(6.2);
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 2 } });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([home]);
    scene.cluster.forgetRequests();
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed" });
    expect(calls(scene)).toEqual({ "list namespaces": 1, "list secrets": 1 });
  });

  test("all is well again at the first sweep after the denial", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    await sweep();
    scene.aws.heal();
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 2 } });
    const [home2, abroad2] = [home, abroad].map((host) =>
      JSON.stringify(loginsIn(scene, "web")[host]),
    );
    const minted = scene.aws.tokens.slice(-2).map(({ password }) => password);
    expect(minted.every((token) => home2?.includes(token) || abroad2?.includes(token))).toBe(true);
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 2 } });
  });

  test("a new namespace gets what can be had, and the rest later", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    scene.cluster.state.createNamespace("new");
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, renewed: 2 } });
    expect(Object.keys(loginsIn(scene, "new"))).toEqual([home]);
    expect(report.failures[0]?.namespaces).toContain("new");
    scene.aws.heal();
    await expect(sweep()).resolves.toMatchObject({ outcome: "ok" });
    expect(Object.keys(loginsIn(scene, "new"))).toEqual([abroad, home]);
  });

  test("a secret that changes between the list and the read is judged anew", async () => {
    const { scene } = await startDue();
    denyIn(scene, "eu-west-1");
    const label = { metadata: { labels: { "team.example/owner": "web" } } };
    const between = () => scene.cluster.state.editSecret("web", "ecr-pull", label);
    const report = await scene.sweep({ pullSecrets, between });
    expect(report.counts).toMatchObject({ renewed: 2 });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([abroad, home]);
  });

  test("a secret that is deleted before it is read is made anew, with what can be had", async () => {
    const { scene } = await startDue();
    denyIn(scene, "eu-west-1");
    const between = () => scene.cluster.state.deleteSecret("web", "ecr-pull");
    const report = await scene.sweep({ pullSecrets, between });
    expect(report.counts).toMatchObject({ renewed: 1, created: 1 });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([home]);
  });

  test("an entry that somebody took out isn't claimed any more", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    const { [home]: kept } = loginsIn(scene, "web");
    const text = JSON.stringify({ auths: { [home]: kept } });
    const data = { ".dockerconfigjson": Buffer.from(text).toString("base64") };
    scene.cluster.state.editSecret("web", "ecr-pull", { data });
    await sweep();
    const { annotations = {} } = scene.cluster.state.secret("web", "ecr-pull")?.metadata ?? {};
    const stamped = JSON.parse(annotations["ecr-pull-secrets/registries"] ?? "{}");
    expect(Object.keys(stamped)).toEqual(["123456789012.dkr.ecr.us-east-1"]);
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([home]);
  });

  test("a secret whose read fails keeps what it holds", async () => {
    const { scene, sweep } = await startDue();
    denyIn(scene, "eu-west-1");
    const version = versionOf(scene);
    scene.cluster.fault({
      on: { method: "GET", path: secretPath("web") },
      times: Number.POSITIVE_INFINITY,
      do: { type: "status", code: 403, reason: "Forbidden" },
    });
    const report = await sweep();
    expect(report.counts).toMatchObject({ renewed: 1, failed: 1 });
    expect(report.failures.map(({ kind }) => kind).sort()).toEqual(["forbidden", "mint"]);
    expect(versionOf(scene)).toBe(version);
  });
});

describe("where both are denied", () => {
  test("nothing is written, and the report says it for each", async () => {
    const { scene, sweep } = await startDue();
    scene.aws.deny(getToken);
    const version = versionOf(scene);
    scene.cluster.forgetRequests();
    const report = await sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 2, minted: 0 } });
    expect(report.failures).toMatchObject([
      { kind: "mint", registry: "123456789012.dkr.ecr.us-east-1", namespaces: ["api", "web"] },
      { kind: "mint", registry: "123456789012.dkr.ecr.eu-west-1", namespaces: ["api", "web"] },
    ]);
    // What is there is good for hours yet, and the report counts them.
    expect(report.soonestExpiry).not.toBeNull();
    expect(calls(scene)).toEqual({ "list namespaces": 1, "list secrets": 1 });
    expect(versionOf(scene)).toBe(version);
  });

  test("a new namespace gets no secret at all, rather than an empty one", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    scene.aws.deny(getToken);
    const serviceAccounts = ["default"];
    const report = await scene.sweep({
      pullSecrets: pullSecrets.map((one) => ({ ...one, serviceAccounts })),
    });
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, linked: 0 } });
    expect(scene.cluster.state.secret("web", "ecr-pull")).toBeUndefined();
    expect(scene.cluster.state.imagePullSecrets("web", "default")).toEqual([]);
  });

  test("an expired secret is left as it is, not emptied", async () => {
    const { scene, sweep } = await startDue();
    scene.passHours(7);
    scene.aws.deny(getToken);
    const before = scene.cluster.state.secretData("web", "ecr-pull");
    await expect(sweep()).resolves.toMatchObject({ outcome: "failed", counts: { failed: 2 } });
    expect(scene.cluster.state.secretData("web", "ecr-pull")).toEqual(before);
  });
});

test("another role takes effect at once, but not while it can't be assumed", async () => {
  const roleArn = "arn:aws:iam::123456789012:role/pull";
  const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
  await scene.sweep();
  const withRole = [{ registries: [{ type: "ecr", region, roleArn }] }];
  scene.aws.deny("sts:AssumeRole");
  const before = loginsIn(scene, "web");
  await expect(scene.sweep({ pullSecrets: withRole })).resolves.toMatchObject({
    outcome: "failed",
    failures: [{ kind: "mint", message: expect.stringContaining(roleArn) }],
  });
  expect(loginsIn(scene, "web")).toEqual(before);
  scene.aws.allow("sts:AssumeRole");
  await expect(scene.sweep({ pullSecrets: withRole })).resolves.toMatchObject({
    outcome: "ok",
    counts: { renewed: 1 },
  });
  expect(JSON.stringify(loginsIn(scene, "web"))).toContain(scene.aws.tokens.at(-1)?.password);
});
