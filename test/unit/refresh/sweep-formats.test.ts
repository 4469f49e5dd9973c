/** What a Secret holds, by its format: whole, renewed in place, and put right key by key. */
import { describe, expect, test } from "vitest";
import { faults } from "../../fakes/aws/faults.ts";
import { calls, loginsIn, region, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const ecr = { type: "ecr", region };
const opaque = { type: "opaque", username: "proxyUsername", password: "proxyPassword" };
const roleArn = "arn:aws:iam::123456789012:role/pods";
const session = { type: "awsCredentials", roleArn, region: "eu-central-1" };

const dataIn = ({ cluster }: Scene) => cluster.state.secretData("web", "ecr-pull") ?? {};
const secretIn = ({ cluster }: Scene) => cluster.state.secret("web", "ecr-pull");

describe("an opaque secret", () => {
  const pullSecrets = [{ format: opaque, registries: [ecr] }];

  test("holds the registry's login under the two keys, and nothing else", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { created: 1 } });
    expect(secretIn(scene)?.type).toBe("Opaque");
    const proxyPassword = scene.aws.tokens.at(-1)?.password;
    expect(dataIn(scene)).toEqual({ proxyUsername: "AWS", proxyPassword });
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { current: 1 } });
  });

  test("is renewed in place at half of the token's life", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep({ pullSecrets });
    const uid = secretIn(scene)?.metadata.uid;
    scene.passHours(6.1);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { renewed: 1 } });
    expect(dataIn(scene)["proxyPassword"]).toBe(scene.aws.tokens.at(-1)?.password);
    expect(secretIn(scene)?.metadata.uid).toBe(uid);
  });

  test.each(["proxyUsername", "proxyPassword"])(
    "is put right when somebody changes %s, and others' keys stay theirs",
    async (key) => {
      const scene = await startScene({ namespaces: ["web"] });
      await scene.sweep({ pullSecrets });
      const before = dataIn(scene);
      const edit = { data: { [key]: "eA==", note: "eA==" } };
      scene.cluster.state.editSecret("web", "ecr-pull", edit, "other-tool");
      const report = await scene.sweep({ pullSecrets });
      expect(report).toMatchObject({ outcome: "ok", counts: { restored: 1 } });
      expect(report.secrets[0]?.reason).toBe(`other-tool changed data.${key}`);
      expect(dataIn(scene)).toEqual({
        ...before,
        proxyPassword: scene.aws.tokens.at(-1)?.password,
        note: "x",
      });
    },
  );

  test("moves to the keys that the config renames, which nobody has taken", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep({ pullSecrets });
    const renamed = [{ format: { ...opaque, password: "token" }, registries: [ecr] }];
    const report = await scene.sweep({ pullSecrets: renamed });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1, restored: 0 } });
    expect(Object.keys(dataIn(scene)).sort()).toEqual(["proxyUsername", "token"]);
    expect(secretIn(scene)?.metadata.annotations).not.toHaveProperty("ecr-pull-secrets/contention");
  });

  test("doesn't become of a docker config: a live secret keeps its type", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep();
    const before = dataIn(scene);
    const report = await scene.sweep({ pullSecrets });
    expect(report.failures).toMatchObject([
      { kind: "conflict", hint: expect.stringContaining("kubectl delete secret") },
    ]);
    expect(dataIn(scene)).toEqual(before);
  });
});

describe("a secret of AWS credentials", () => {
  const pullSecrets = [{ format: session, registries: undefined }];

  test("holds a session as SDKs read it, and a config that leads to it", async () => {
    const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({
      outcome: "ok",
      counts: { created: 1 },
    });
    const { "credentials.json": credentials = "{}", config, ...rest } = dataIn(scene);
    const [{ accessKeyId, sessionName } = { accessKeyId: "", sessionName: "" }] =
      scene.aws.sessions;
    expect(JSON.parse(credentials)).toEqual({
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(config).toBe(
      "[default]\ncredential_process = cat /var/run/secrets/aws/credentials.json\nregion = eu-central-1\n",
    );
    expect(rest).toEqual({});
    expect(sessionName).toBe("ecr-pull-secrets-prod-eu");
    expect(secretIn(scene)?.type).toBe("Opaque");
    const { SecretAccessKey, SessionToken } = JSON.parse(credentials);
    for (const secret of [SecretAccessKey, SessionToken]) {
      expect(JSON.stringify([scene.shown, secretIn(scene)?.metadata])).not.toContain(secret);
    }
  });

  test("is renewed at half of its hour, and says when it ends", async () => {
    const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
    await scene.sweep({ pullSecrets });
    const first = dataIn(scene)["credentials.json"];
    scene.passHours(0.4);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { current: 1 } });
    scene.passHours(0.1);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { renewed: 1 } });
    const second = dataIn(scene)["credentials.json"] ?? "{}";
    expect(second).not.toBe(first);
    const { annotations = {} } = secretIn(scene)?.metadata ?? {};
    expect(JSON.parse(second).Expiration).toBe(annotations["ecr-pull-secrets/expires-at"]);
  });

  test("is written anew with another path, and at once with another role", async () => {
    const other = "arn:aws:iam::123456789012:role/other";
    const scene = await startScene({ namespaces: ["web"], roles: [roleArn, other] });
    await scene.sweep({ pullSecrets });
    for (const change of [{ mountPath: "/aws" }, { roleArn: other }]) {
      const changed = [{ format: { ...session, ...change }, registries: undefined }];
      await expect(scene.sweep({ pullSecrets: changed })).resolves.toMatchObject({
        outcome: "ok",
        counts: { renewed: 1 },
      });
    }
    expect(scene.aws.sessions.at(-1)?.roleArn).toBe(other);
  });

  test("keeps what it holds while the role can't be assumed", async () => {
    const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
    await scene.sweep({ pullSecrets });
    const before = dataIn(scene);
    scene.aws.deny("sts:AssumeRole");
    scene.passHours(2);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({
      outcome: "failed",
      failures: [{ kind: "mint", registry: roleArn }],
    });
    expect(dataIn(scene)).toEqual(before);
  });
});

describe("an email address in the config", () => {
  const format = { type: "dockerconfigjson", email: "platform@example.com" };
  const registries = [ecr, { type: "ecr", region: "eu-west-1" }];

  test("is in every entry, also in one that is carried over", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep({ pullSecrets: [{ registries }] });
    const plain = Object.values(loginsIn(scene, "web"));
    expect(plain).toHaveLength(2);
    for (const entry of plain) expect(entry).not.toHaveProperty("email");
    scene.aws.fail("ecr:GetAuthorizationToken", faults.garbage, { region: "eu-west-1" });
    const report = await scene.sweep({ pullSecrets: [{ registries, format }] });
    expect(report.counts).toMatchObject({ renewed: 1 });
    const entries = Object.values(loginsIn(scene, "web"));
    expect(entries).toHaveLength(2);
    for (const entry of entries) expect(entry).toMatchObject({ email: "platform@example.com" });
  });

  test("that goes is taken out of each", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep({ pullSecrets: [{ registries, format }] });
    scene.cluster.forgetRequests();
    await scene.sweep({ pullSecrets: [{ registries }] });
    for (const entry of Object.values(loginsIn(scene, "web"))) {
      expect(entry).not.toHaveProperty("email");
    }
    expect(calls(scene)).toMatchObject({ "patch secrets": 1 });
  });
});
