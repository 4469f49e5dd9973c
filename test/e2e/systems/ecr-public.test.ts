/**
 * In place of the credentials helper for ECR Public, which deletes its Secret and makes it anew. Tokens
 * are good for a short while here: an expired one would fail pulls for which nobody needs a login. The
 * tests follow one another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  dockerConfigJson,
  loginsIn,
  readAccounts,
  readSecrets,
  type SecretObject,
} from "../sweep/contents.ts";
import { type System, startSystem, writesOfOurs } from "./scene.ts";

const cluster = "prod-eu";
const secret = "ecr-public-token";
const targets = ["default", "team-a", "team-b"];
const hosts = ["ecr-public.aws.com", "public.ecr.aws"];
const tokenLifeMs = 30_000;

let system: System<typeof cluster>;
let first: ReadonlyMap<string, SecretObject>;

beforeAll(async () => {
  system = await startSystem({
    example: "ecr-public",
    namespaces: ["team-a", "team-b", "billing"],
    clusters: { [cluster]: { audit: true, controllerManager: true } },
  });
  const patch = JSON.stringify({ imagePullSecrets: [{ name: "theirs" }] });
  const { kubectl } = system.clusters[cluster];
  await kubectl(["patch", "serviceaccount/default", "--namespace=team-b", "-p", patch]);
  system.stack.aws.ecrPublic.setTokenLifetime(tokenLifeMs);
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const secrets = () => readSecrets(system.clusters[cluster].kubectl, secret);
const uidsOf = (found: ReadonlyMap<string, SecretObject>) =>
  [...found].map(([namespace, { metadata }]) => [namespace, metadata.uid]);
const versionsOf = (found: ReadonlyMap<string, SecretObject>) =>
  [...found.values()].map(({ metadata }) => metadata.resourceVersion);
const newest = () => system.stack.aws.ecrPublic.tokens.at(-1);

test("writes the token where TARGET_NAMESPACES says, for both of ECR Public's hosts", async () => {
  first = await secrets();

  expect([...first.keys()]).toEqual(targets);
  const password = newest()?.password ?? "";
  const auth = Buffer.from(`AWS:${password}`).toString("base64");
  const login = { username: "AWS", password, auth };
  for (const each of first.values()) {
    expect(loginsIn(each)).toEqual(Object.fromEntries(hosts.map((host) => [host, login])));
  }
  expect(system.stack.aws.ecrPublic.requests()).toBe(1);
});

test("adds it to the default accounts there, and leaves what others have put there", async () => {
  const accounts = await readAccounts(system.clusters[cluster].kubectl);
  const linksIn = (namespace: string) => accounts.get(namespace)?.imagePullSecrets;

  expect(linksIn("default")).toEqual([{ name: secret }]);
  expect(linksIn("team-b")).toEqual([{ name: "theirs" }, { name: secret }]);
  expect(linksIn("billing")).toEqual([]);
});

test("renews it in place, before it expires", async () => {
  const before = newest();
  const renew = async () => (await system.sweep(cluster)).counts["renewed"];
  await expect.poll(renew, { timeout: tokenLifeMs, interval: 500 }).toBe(targets.length);

  expect(Date.now()).toBeLessThan(before?.expiresAt.getTime() ?? 0);
  const after = await secrets();
  expect(uidsOf(after)).toEqual(uidsOf(first));
  for (const each of after.values()) {
    expect(loginsIn(each)["public.ecr.aws"]?.password).toBe(newest()?.password);
  }
  expect(newest()).not.toBe(before);
});

test("keeps what is there while ECR Public refuses and the token is good, and says so", async () => {
  system.stack.aws.ecrPublic.deny();
  const before = await secrets();
  const refuse = async () => (await system.sweep(cluster)).outcome;
  await expect.poll(refuse, { timeout: tokenLifeMs, interval: 500 }).toBe("failed");

  expect(Date.now()).toBeLessThan(newest()?.expiresAt.getTime() ?? 0);
  expect(versionsOf(await secrets())).toEqual(versionsOf(before));
});

test("takes the entry out once it has expired, in place, and says so", async () => {
  await sleep(Math.max(0, (newest()?.expiresAt.getTime() ?? 0) - Date.now() + 500));
  const [report] = await system.refresh(cluster);

  expect(report?.outcome).toBe("failed");
  expect(report?.failures[0]).toMatchObject({
    registry: "public.ecr.aws",
    message: expect.stringContaining("ecr-public:GetAuthorizationToken"),
    namespaces: targets,
  });
  const without = await secrets();
  expect(uidsOf(without)).toEqual(uidsOf(first));
  for (const each of without.values()) expect(dockerConfigJson(each)).toBe('{"auths":{}}');

  const [again] = await system.refresh(cluster);
  expect(again?.outcome).toBe("failed");
  expect(versionsOf(await secrets())).toEqual(versionsOf(without));
});

test("writes it again as soon as there is a token", async () => {
  const { ecrPublic } = system.stack.aws;
  ecrPublic.allow();
  const [report] = await system.refresh(cluster);

  expect(report?.outcome).toBe("ok");
  const after = await secrets();
  expect(uidsOf(after)).toEqual(uidsOf(first));
  for (const each of after.values()) expect(Object.keys(loginsIn(each))).toEqual(hosts);
});

test("has patched all the time, and deleted nothing", async () => {
  expect(await writesOfOurs(system.clusters[cluster])).toEqual([
    "patch secrets",
    "patch serviceaccounts",
  ]);
});

test("tells nobody a token or a kubeconfig", async () => {
  const passwords = system.stack.aws.ecrPublic.tokens.map(({ password }) => password);
  await system.expectNoLeaks([await system.credentialOf(cluster), ...passwords]);
});
