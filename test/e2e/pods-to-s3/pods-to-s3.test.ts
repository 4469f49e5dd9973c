/** Pods reach S3 with the session that is pushed, and go on doing so when it is another. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SecretObject } from "../sweep/contents.ts";
import {
  awsCli,
  type Pod,
  type RegistryOnS3,
  type SdkApp,
  startRegistryOnS3,
  startSdkApp,
} from "./clients.ts";
import { defaultMountPath, examples, podSpecOf } from "./examples.ts";
import { type Mount, mountSecret } from "./mount.ts";
import {
  bucket,
  cluster,
  dueAfterMs,
  otherBucket,
  type Scene,
  secretName,
  sessionIn,
  sessionSeconds,
  startScene,
} from "./scene.ts";

const cleanup = new AsyncDisposableStack();
let scene: Scene;
let pod: Pod;
let mount: Mount;
let app: SdkApp;
let registry: RegistryOnS3;
let first: SecretObject;
let pushedAtMs: number;
let firstImage: string;

beforeAll(async () => {
  scene = cleanup.use(await startScene());
  const { workspace, mountPath } = scene;
  pod = { endpoint: scene.aws.endpoint, mountPath, workspace };
});
afterAll(() => cleanup.disposeAsync());

const keyIn = (secret: SecretObject) => sessionIn(secret).accessKeyId;
const s3Keys = (from: number) => [
  ...new Set(
    scene.aws
      .calls()
      .slice(from)
      .filter(({ service }) => service === "s3")
      .map(({ accessKeyId }) => accessKeyId),
  ),
];

/** Which keys S3 saw meanwhile. */
async function keysUsedBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = scene.aws.calls().length;
  await work();
  return s3Keys(before);
}

const putByCli = (name: string) =>
  awsCli(pod, ["s3", "cp", "-", `s3://${bucket}/cli/${name}`], "from a pod");

test("a sweep pushes a session of the role, named after the cluster", async () => {
  pushedAtMs = Date.now();
  const report = await scene.sweep();
  expect(report.failures).toEqual([]);
  expect(report.counts).toMatchObject({ created: 1, minted: 1 });
  expect(report.soonestExpiry).toBeNull();
  expect(Date.parse(report.sessionsExpireAt ?? "")).toBeGreaterThan(Date.now());
  first = await scene.readSecret();
  expect(first).toMatchObject({ type: "Opaque" });
  mount = await mountSecret(pod.mountPath, first);
  const arn = await awsCli(pod, [
    "sts",
    "get-caller-identity",
    "--query",
    "Arn",
    "--output",
    "text",
  ]);
  expect(arn.trim()).toBe(
    `arn:aws:sts::${scene.aws.account}:assumed-role/pods/ecr-pull-secrets-${cluster}`,
  );
});

test("the session policy narrows what the role may", async () => {
  await expect(scene.tryWith(first)).resolves.toBe("done");
  await expect(scene.tryWith(first, otherBucket)).resolves.toBe("AccessDenied");
});

test("the AWS CLI, the SDK for JavaScript and a registry use it", async () => {
  const key = keyIn(first);
  expect(await keysUsedBy(() => putByCli("first"))).toEqual([key]);
  app = cleanup.use(startSdkApp(pod, bucket));
  expect(await keysUsedBy(() => expect(app.put("first")).resolves.toBe("done"))).toEqual([key]);
  registry = cleanup.use(await startRegistryOnS3(pod, bucket));
  const pushing = async () => {
    firstImage = await registry.push("first");
  };
  expect(await keysUsedBy(pushing)).toEqual([key]);
  await expect(registry.pull(firstImage)).resolves.toMatch(/PASS/);
});

test("a registry that isn't told to read the config finds no session", async () => {
  await using silent = await startRegistryOnS3(pod, bucket, { AWS_SDK_LOAD_CONFIG: "" });
  const pushing = silent.push("nobody");
  expect(await keysUsedBy(() => expect(pushing).rejects.toThrow(/ended with code 1/))).toEqual([]);
});

test("a sweep before half of its life asks for no other", async () => {
  expect(await scene.sweep()).toMatchObject({ outcome: "ok", counts: { current: 1, minted: 0 } });
});

test("all of them go on with the next one, without a restart, once the first is refused", async () => {
  await sleep(pushedAtMs + dueAfterMs - Date.now());
  expect(await scene.sweep()).toMatchObject({ outcome: "ok", counts: { renewed: 1, minted: 1 } });
  const next = await scene.readSecret();
  const key = keyIn(next);
  expect(key).not.toBe(keyIn(first));
  await mount.update(next);
  await sleep(pushedAtMs + (sessionSeconds + 2) * 1_000 - Date.now());
  await expect(scene.tryWith(first)).resolves.toMatch(/^(ExpiredToken|InvalidAccessKeyId)/);

  expect(await keysUsedBy(() => putByCli("next"))).toEqual([key]);
  expect(await keysUsedBy(() => expect(app.put("next")).resolves.toBe("done"))).toEqual([key]);
  const pulling = () => expect(registry.pull(firstImage)).resolves.toMatch(/PASS/);
  expect(await keysUsedBy(pulling)).toEqual([key]);
  const pushing = async () =>
    expect(registry.pull(await registry.push("next"))).resolves.toMatch(/PASS/);
  expect(await keysUsedBy(pushing)).toEqual([key]);
});

test("revoked, the session is refused at once, and the next sweep pushes one that isn't", async () => {
  const revoked = await scene.readSecret();
  // Not before the second after, since the policy goes by whole ones.
  await sleep(1_000);
  const issuedBefore = `${new Date().toISOString().slice(0, 19)}Z`;
  await scene.aws.iam.putRolePolicy("pods", "AWSRevokeOlderSessions", {
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: { DateLessThan: { "aws:TokenIssueTime": issuedBefore } },
  });
  await expect(scene.tryWith(revoked)).resolves.toBe("AccessDenied");
  await expect(app.put("revoked")).resolves.toBe("AccessDenied");

  const secrets = ["secrets", "--all-namespaces", "--field-selector=metadata.name=aws-session"];
  await scene.kubectl(["annotate", ...secrets, "ecr-pull-secrets/registries-"]);
  expect(await scene.sweep()).toMatchObject({ outcome: "ok", counts: { minted: 1 } });
  const next = await scene.readSecret();
  await mount.update(next);
  await expect(scene.tryWith(next)).resolves.toBe("done");
  await expect.poll(() => app.put("after")).toBe("done");
  expect(await keysUsedBy(() => putByCli("after"))).toEqual([keyIn(next)]);
});

test.each(examples.map((example) => [example.metadata.name, example]))(
  "the example %s is one that a cluster takes, and mounts what the sweep pushes",
  async (_, example) => {
    const input = JSON.stringify(example);
    await scene.kubectl(["create", "--dry-run=server", "--filename=-"], { input });
    const { volumes, containers } = podSpecOf(example);
    const { data } = await scene.readSecret();
    expect(volumes).toEqual([{ name: "aws", secret: { secretName } }]);
    const [{ env, volumeMounts } = { env: [], volumeMounts: [] }] = containers;
    expect(volumeMounts).toMatchObject([{ name: "aws", mountPath: defaultMountPath }]);
    const file = env
      .find(({ name }) => name === "AWS_CONFIG_FILE")
      ?.value.split("/")
      .at(-1);
    expect(Object.keys(data)).toContain(file);
  },
);
