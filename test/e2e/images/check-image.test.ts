/** `check --image` on a real registry, with a login that is kept in Secrets Manager. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../../src/checks/check-report.ts";
import type { StageReport } from "../../../src/checks/stage-report.ts";
import { registryContract } from "../../contracts/registry.ts";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { CommandError, run } from "../parts/processes.ts";
import { type Registry, startRegistry } from "../parts/registry.ts";
import { createWorkspace, type Workspace } from "../parts/workspace.ts";

registryContract("distribution", async () => {
  const password = "of-the-contract";
  const registry = await startRegistry({ password });
  const exchanges = exchangesOf(registry);
  const push = async (repository: string) => digestIn(await registry.push(repository));
  return { host: registry.host, exchanges, password, push, close: () => registry.stop() };
});

function exchangesOf({ address, ca }: Registry) {
  const [host = "", port] = address.split(":");
  return { ca, locate: () => ({ host, port: Number(port) }) };
}

function digestIn(image: string): string {
  return image.slice(image.indexOf("@") + 1);
}

const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
const secretId = "ecr-pull-secrets/registries/private";
const password = "canary-of-a-real-registry-4711";

let aws: AwsEmulator;
let registry: Registry;
let workspace: Workspace;
let secrets: SecretsManagerClient;
let digest: string;
beforeAll(async () => {
  [aws, registry, workspace] = await Promise.all([
    startAwsEmulator(),
    startRegistry({ password }),
    createWorkspace("check-image"),
  ]);
  digest = digestIn(await registry.push("team/app"));
  const { endpoint, region, credentials } = aws;
  secrets = new SecretsManagerClient({ endpoint, region, credentials });
  const create = (Name: string, SecretString: string) =>
    secrets.send(new CreateSecretCommand({ Name, SecretString }));
  await create(secretId, loginWith(password));
  // Nobody goes there: what is asked is the registry.
  await create("ecr-pull-secrets/prod/clusters/eu", "no kubeconfig");
  await mkdir(workspace.file("config"));
  await writeFile(workspace.file("ca.pem"), registry.ca);
  await writeFile(workspace.file("config/prod.yml"), config());
});
afterAll(() => Promise.all([aws?.stop(), registry?.stop(), workspace?.remove()]));

const loginWith = (given: string) => JSON.stringify({ username: "AWS", password: given });

function config(): string {
  return JSON.stringify({
    schedule: "rate(10 minutes)",
    pullSecrets: [
      {
        name: "private",
        namespaces: ["shop"],
        registries: [{ type: "static", host: registry.address, secretId }],
      },
    ],
  });
}

/** What a person gets, who asks for an image of the registry. */
async function check(image: string, output: "json" | "text" = "json"): Promise<string> {
  const name = `${registry.address}/${image}`;
  const args = ["check", "eu", "--local", "--stage", "prod", "--image", name, "--output", output];
  const env = {
    ...aws.env,
    NODE_EXTRA_CA_CERTS: workspace.file("ca.pem"),
    HOME: workspace.directory,
  };
  const ended = await run(process.execPath, [program, ...args], {
    env,
    cwd: workspace.directory,
  }).catch((error: unknown) => error);
  // The stage isn't deployed, and its only record is none: that fails, beside the image.
  expect(ended).toBeInstanceOf(CommandError);
  const { stdout, stderr } = ended as CommandError;
  expect(stdout + stderr).not.toContain(password);
  expect(stdout + stderr).not.toContain(Buffer.from(password).toString("base64").slice(4, 28));
  return stdout;
}

async function answerTo(image: string): Promise<CheckResult | undefined> {
  const { clusters } = JSON.parse(await check(image)) as StageReport;
  return clusters[0]?.checks.find(({ check: of }) => of.endsWith("pull the image"));
}

test("an image is found with the login that the cluster would hold", async () => {
  const { result, message } = (await answerTo("team/app")) ?? {};
  expect(result).toBe("ok");
  expect(message).toContain(`with the login in private: ${digest}, application/vnd.`);
});

test("a tag that isn't there is missing", async () => {
  const { result, message } = (await answerTo("team/app:1.4")) ?? {};
  expect(result).toBe("failed");
  expect(message).toMatch(/the registry doesn't have it \(404 MANIFEST_UNKNOWN\): “manifest unk/);
});

test("a password that isn't the registry's any longer is refused, and a new one found", async () => {
  await registry.setPassword(`${password}-2`);
  const { result, message } = (await answerTo("team/app")) ?? {};
  expect(result).toBe("failed");
  expect(message).toMatch(
    /the registry refuses it \(401 UNAUTHORIZED\): “authentication required”/,
  );

  const SecretString = loginWith(`${password}-2`);
  await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString }));
  await expect(answerTo("team/app")).resolves.toMatchObject({ result: "ok" });
  const text = await check("team/app", "text");
  expect(text).toContain("✔ the registry lets the cluster pull the image");
});
