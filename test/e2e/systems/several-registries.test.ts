/** One Secret for many kinds of registries, in the form that each one's clients look for. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dockerConfigJson, readSecret } from "../sweep/contents.ts";
import { type KeptLogins, keptLogins } from "./kept-logins.ts";
import { type System, startSystem } from "./scene.ts";

const cluster = "prod-eu";
const key = JSON.stringify({ type: "service_account", private_key: "the key of a robot" });
const passwordOf = (name: string, version: number) => `password-${version}-of-${name}`;
const loginOf = (name: string, version = 1) =>
  JSON.stringify({ username: "robot", password: passwordOf(name, version) });

let system: System<typeof cluster>;
let kept: KeptLogins;

beforeAll(async () => {
  system = await startSystem({
    example: "several-registries",
    namespaces: ["shop"],
    clusters: { [cluster]: { controllerManager: true } },
  });
  kept = keptLogins(system.stack.aws);
  await kept.keep("gar", key);
  for (const name of ["docker-hub", "ghcr", "acr", "own"]) await kept.keep(name, loginOf(name));
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const entry = z.strictObject({
  username: z.string(),
  password: z.string(),
  auth: z.base64(),
  email: z.string(),
});
const dockerConfig = z.strictObject({ auths: z.record(z.string(), entry) });

async function authsNow() {
  const secret = await readSecret(system.clusters[cluster].kubectl, "shop", "registries");
  return dockerConfig.parse(JSON.parse(dockerConfigJson(secret))).auths;
}

const entryOf = (username: string, password = "") => ({
  username,
  password,
  auth: Buffer.from(`${username}:${password}`).toString("base64"),
  email: "platform@example.com",
});
const robot = (name: string, version = 1) => entryOf("robot", passwordOf(name, version));

test("opens them all, by the names under which clients look a login up", async () => {
  const { tokens, aws } = system.stack;
  const ofEcr = entryOf("AWS", tokens[0]?.password);
  const ofEcrPublic = entryOf("AWS", aws.ecrPublic.tokens[0]?.password);

  expect(await authsNow()).toEqual({
    "000000000000.dkr.ecr.us-east-1.amazonaws.com": ofEcr,
    "public.ecr.aws": ofEcrPublic,
    "ecr-public.aws.com": ofEcrPublic,
    "docker.io": robot("docker-hub"),
    "https://index.docker.io/v1/": robot("docker-hub"),
    "ghcr.io": robot("ghcr"),
    "europe-docker.pkg.dev": entryOf("_json_key", key),
    "example.azurecr.io": robot("acr"),
    "registry.example.com:5000": robot("own"),
  });
});

test("pushes a login that has changed, asks for no other one, and leaves their entries", async () => {
  const before = await authsNow();
  const { calls } = system.stack.aws;
  const tokenRequests = () => calls().filter(({ action }) => action === "GetAuthorizationToken");
  const asked = tokenRequests().length;
  await kept.change("ghcr", loginOf("ghcr", 2));
  const renew = async () => (await system.sweep(cluster)).counts["renewed"] ?? 0;
  // A function keeps for 10 s which version is the current one.
  await expect.poll(renew, { timeout: 20_000, interval: 500 }).toBeGreaterThan(0);

  expect(await authsNow()).toEqual({ ...before, "ghcr.io": robot("ghcr", 2) });
  expect(tokenRequests()).toHaveLength(asked);
  expect(system.stack.aws.ecrPublic.requests()).toBe(1);
});

test("tells nobody a token, a login or a kubeconfig", async () => {
  const { ecrPublic } = system.stack.aws;
  const names = ["docker-hub", "ghcr", "acr", "own"];
  await system.expectNoLeaks([
    await system.credentialOf(cluster),
    "the key of a robot",
    ...ecrPublic.tokens.map(({ password }) => password),
    ...names.map((name) => passwordOf(name, 1)),
    passwordOf("ghcr", 2),
  ]);
});
