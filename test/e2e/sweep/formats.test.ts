/** Secrets of other layouts, and public logins that lapse, as a real API server keeps them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createNamespaces,
  dockerConfigJson,
  loginsIn,
  readSecret,
  type SecretObject,
} from "./contents.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let kubectl: Scene["cluster"]["kubectl"];
beforeAll(async () => {
  scene = await startScene();
  kubectl = scene.cluster.kubectl;
});
afterAll(() => scene?.stop());

const registries = [{ type: "ecr", region: "us-east-1" }];
const format = { type: "opaque", username: "proxyUsername", password: "proxyPassword" };

const valuesIn = ({ data }: SecretObject) =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );

const patch = (namespace: string, data: object) =>
  kubectl([
    ...["patch", "secret", "ecr-pull", `--namespace=${namespace}`],
    `--patch=${JSON.stringify({ data })}`,
  ]);

test("an opaque secret is put right key by key, and leaves others' keys alone", async () => {
  await createNamespaces(kubectl, [{ name: "opaque" }]);
  const { sweep } = await scene.deploy("opaque");
  const wanted = [{ namespaces: ["opaque"], format, registries }];
  await expect(sweep(wanted)).resolves.toMatchObject({ outcome: "ok", counts: { created: 1 } });
  const made = await readSecret(kubectl, "opaque");
  expect(made.type).toBe("Opaque");
  expect(valuesIn(made)).toEqual({
    proxyUsername: "AWS",
    proxyPassword: scene.aws.tokens.at(-1)?.password,
  });
  await expect(sweep(wanted)).resolves.toMatchObject({ counts: { current: 1 } });

  await patch("opaque", { proxyUsername: btoa("me"), note: btoa("theirs") });
  const report = await sweep(wanted);
  expect(report.secrets).toMatchObject([
    { result: "restored", reason: "kubectl-patch changed data.proxyUsername" },
  ]);
  const restored = await readSecret(kubectl, "opaque");
  expect(valuesIn(restored)).toMatchObject({ proxyUsername: "AWS", note: "theirs" });
  expect(restored.metadata.uid).toBe(made.metadata.uid);
});

test("keys that the config renames are moved in place, and nobody is blamed", async () => {
  await createNamespaces(kubectl, [{ name: "renamed" }]);
  const { sweep } = await scene.deploy("renamed");
  const place = { namespaces: ["renamed"], registries };
  await sweep([{ ...place, format }]);
  const before = await readSecret(kubectl, "renamed");
  const report = await sweep([{ ...place, format: { ...format, password: "token" } }]);
  expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1, restored: 0 } });
  const after = await readSecret(kubectl, "renamed");
  expect(Object.keys(after.data).sort()).toEqual(["proxyUsername", "token"]);
  expect(after.metadata.uid).toBe(before.metadata.uid);
  await expect(
    sweep([{ ...place, format: { ...format, password: "token" } }]),
  ).resolves.toMatchObject({ counts: { current: 1 } });
});

test("a public login that can't be renewed is gone at its end, with an empty list left over", async () => {
  await createNamespaces(kubectl, [{ name: "lapsed" }]);
  const { sweep } = await scene.deploy("lapsed");
  const wanted = [{ namespaces: ["lapsed"], registries: [{ type: "ecr-public" }] }];
  await expect(sweep(wanted)).resolves.toMatchObject({ outcome: "ok", counts: { created: 1 } });
  const made = await readSecret(kubectl, "lapsed");
  expect(Object.keys(loginsIn(made))).toEqual(["ecr-public.aws.com", "public.ecr.aws"]);

  scene.aws.ecrPublic.deny();
  scene.clock.passHalfLife();
  await expect(sweep(wanted)).resolves.toMatchObject({ outcome: "failed" });
  expect(await readSecret(kubectl, "lapsed")).toEqual(made);

  scene.clock.passHalfLife();
  const report = await sweep(wanted);
  expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "mint" }] });
  expect(report.secrets[0]?.reason).toContain("its entry was removed");
  const lapsed = await readSecret(kubectl, "lapsed");
  expect(dockerConfigJson(lapsed)).toBe('{"auths":{}}');
  await sweep(wanted);
  expect(await readSecret(kubectl, "lapsed")).toEqual(lapsed);

  scene.aws.ecrPublic.allow();
  await expect(sweep(wanted)).resolves.toMatchObject({ outcome: "ok", counts: { renewed: 1 } });
  const back = await readSecret(kubectl, "lapsed");
  expect(Object.keys(loginsIn(back))).toEqual(["ecr-public.aws.com", "public.ecr.aws"]);
  expect(back.metadata.uid).toBe(made.metadata.uid);
});
