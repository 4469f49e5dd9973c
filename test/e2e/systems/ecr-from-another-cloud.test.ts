/**
 * A Kubernetes outside AWS that pulls from another account's ECR by a role, and whose pods reach AWS
 * without keys. The tests follow one another.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createIam, type EmulatorIam } from "../parts/aws-emulator-iam.ts";
import { expectCode, said } from "../register/finished.ts";
import { loginsIn, readAccounts, readSecret, readSecrets } from "../sweep/contents.ts";
import { type System, startSystem } from "./scene.ts";

const cluster = "prod-eu";
const account = "111122223333";
const registry = `${account}.dkr.ecr.us-east-1`;

let system: System<typeof cluster>;
let iam: EmulatorIam;

beforeAll(async () => {
  system = await startSystem({
    example: "ecr-from-another-cloud",
    namespaces: ["shop", "reports"],
    clusters: { [cluster]: { controllerManager: true } },
    tokenLifeSeconds: 20,
  });
  const { aws } = system.stack;
  iam = createIam({ emulatorUrl: aws.endpoint, region: aws.region, account });
  await iam.createRole("ecr-pull", ["ecr:GetAuthorizationToken"]);
  await iam.createRole("reports-s3", ["s3:GetObject", "s3:ListBucket"]);
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kubectl = () => system.clusters[cluster].kubectl;

test("writes the Secret with a token of the role, and links it", async () => {
  const written = await readSecrets(kubectl(), "awsecr");
  const [first] = system.stack.tokens;

  expect([...written.keys()]).toEqual(["default", "ecr-pull-secrets", "reports", "shop"]);
  for (const each of written.values()) {
    expect(each.type).toBe("kubernetes.io/dockerconfigjson");
    expect(loginsIn(each)).toMatchObject({
      [`${registry}.amazonaws.com`]: { username: "AWS", password: first?.password },
    });
  }
  const { imagePullSecrets } = (await readAccounts(kubectl())).get("shop") ?? {};
  expect(imagePullSecrets).toEqual([{ name: "awsecr" }]);
});

test("asks for it as that role, and for nothing as somebody else", async () => {
  const calls = system.stack.aws.calls();
  const [asked] = calls.filter(({ action }) => action === "GetAuthorizationToken");
  const ours = calls.find(({ action }) => action === "AssumeRole");

  expect(asked?.accessKeyId).toMatch(/^ASIA/);
  expect(asked?.accessKeyId).not.toBe(ours?.accessKeyId);
});

const credentialsFile = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.iso.datetime(),
});

async function filesOf(): Promise<Readonly<Record<string, string>>> {
  const { data } = await readSecret(kubectl(), "reports", "aws-credentials");
  const decode = (value: string) => Buffer.from(value, "base64").toString();
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

test("gives pods a session of their role in place of keys, where the config says", async () => {
  const found = await readSecrets(kubectl(), "aws-credentials");
  expect([...found.keys()]).toEqual(["reports"]);
  const files = await filesOf();
  expect(files["config"]).toBe(
    "[default]\ncredential_process = cat /var/run/secrets/aws/credentials.json\nregion = us-east-1\n",
  );

  const held = credentialsFile.parse(JSON.parse(files["credentials.json"] ?? ""));
  const hour = 3_600_000;
  expect(Date.parse(held.Expiration) - Date.now()).toBeGreaterThan(hour - 300_000);
  expect(Date.parse(held.Expiration) - Date.now()).toBeLessThanOrEqual(hour);
  const credentials = {
    accessKeyId: held.AccessKeyId,
    secretAccessKey: held.SecretAccessKey,
    sessionToken: held.SessionToken,
  };
  const { endpoint, region } = system.stack.aws;
  const sts = new STSClient({ endpoint, region, credentials });
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/reports-s3/ecr-pull-secrets-${cluster}`);
});

test("check finds everything in order", async () => {
  const checked = await system.shell.run(`npx ecr-pull-secrets check ${cluster}`);

  expectCode(0, checked);
});

test("check says which registry refuses, whom, and what would allow it", async () => {
  const refusal = { Effect: "Deny", Action: "ecr:GetAuthorizationToken", Resource: "*" };
  await iam.putRolePolicy("ecr-pull", "refusal", refusal);
  const before = await readSecret(kubectl(), "shop", "awsecr");
  const check = async () => said(await system.shell.run(`npx ecr-pull-secrets check ${cluster}`));
  // The function keeps a token for two fifths of its life.
  await expect.poll(check, { timeout: 20_000 }).toContain(`${registry}: AWS denied`);

  expect(await check()).toMatch(
    new RegExp(`✖ every registry gives a token ${registry}: AWS denied ecr:GetAuthorizationToken`),
  );
  expect(await check()).toContain("assumed-role/ecr-pull");
  const sweep = async () => (await system.sweep(cluster)).outcome;
  await expect.poll(sweep, { timeout: 20_000 }).toBe("failed");
  const [report] = await system.refresh(cluster);
  expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "mint", registry }] });
  expect((await readSecret(kubectl(), "shop", "awsecr")).data).toEqual(before.data);

  await iam.deleteRolePolicy("ecr-pull", "refusal");
  const [mended] = await system.refresh(cluster);
  expect(mended?.outcome).toBe("ok");
});

test("tells nobody a token, a session or a kubeconfig", async () => {
  const held = credentialsFile.parse(JSON.parse((await filesOf())["credentials.json"] ?? ""));
  const session = [held.SecretAccessKey, held.SessionToken];
  await system.expectNoLeaks([await system.credentialOf(cluster), ...session]);
});
