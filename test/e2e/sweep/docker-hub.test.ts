/**
 * Clients look Docker Hub's login up under a name of its own. Docker Hub can't be had here, but crane
 * says which login it would take there; docker and nerdctl look in the same way.
 */
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCrane } from "../parts/crane.ts";
import { createWorkspace } from "../parts/workspace.ts";
import { createNamespaces, dockerConfigJson, readSecret } from "./contents.ts";
import type { Deployment } from "./deployment.ts";
import { type Scene, startScene } from "./scene.ts";

const secretId = "registries/docker-hub";
const registries = [
  { type: "ecr", region: "us-east-1" },
  { type: "static", host: "docker.io", secretId },
];

let scene: Scene;
let prod: Deployment;
let client: SecretsManagerClient;
beforeAll(async () => {
  scene = await startScene();
  await createNamespaces(scene.cluster.kubectl, [{ name: "team" }]);
  prod = await scene.deploy("prod");
  client = new SecretsManagerClient({});
  const SecretString = login("first");
  await client.send(new CreateSecretCommand({ Name: secretId, SecretString }));
});
afterAll(() => scene?.stop());

const login = (password: string) => JSON.stringify({ username: "whale", password });

/** Sweeps, and gives what crane finds in the secret then, or what it says. */
async function craneFinds(host: string): Promise<unknown> {
  await expect(prod.sweep([{ namespaces: "team", registries }])).resolves.toMatchObject({
    outcome: "ok",
  });
  const pushed = dockerConfigJson(await readSecret(scene.cluster.kubectl, "team"));
  const workspace = await createWorkspace("crane");
  try {
    const context = { workspace, proxyUrl: "http://127.0.0.1:1", dockerConfigJson: pushed };
    return JSON.parse(await runCrane(["auth", "get", host], context));
  } finally {
    await workspace.remove();
  }
}

test.each(["docker.io", "index.docker.io"])("crane finds the login for %s", async (host) => {
  await expect(craneFinds(host)).resolves.toEqual({ Username: "whale", Secret: "first" });
});

test("crane finds the next one, as soon as it is kept and swept", async () => {
  const SecretString = login("second");
  await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString }));
  await expect(craneFinds("docker.io")).resolves.toEqual({ Username: "whale", Secret: "second" });
});

test("crane finds none for a registry that the secret isn't for", async () => {
  await expect(craneFinds("ghcr.io")).rejects.toMatchObject({
    stdout: expect.stringContaining("credentials not found"),
  });
});
