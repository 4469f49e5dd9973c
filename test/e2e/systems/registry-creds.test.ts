/**
 * In place of registry-creds: one Secret for ECR, GCR, ACR and a private registry, in every namespace
 * and on every `default` account. What fails there neither clobbers nor blocks the rest: it wrote `{}`
 * then, and took hours for hundreds of namespaces. The tests follow one another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isSweepOf } from "../stack/lines.ts";
import {
  createNamespaces,
  loginsIn,
  numbered,
  readAccounts,
  readSecrets,
} from "../sweep/contents.ts";
import { type KeptLogins, keptLogins } from "./kept-logins.ts";
import { type Report, type System, startSystem, writesOfOurs } from "./scene.ts";

const cluster = "prod-eu";
const secret = "awsecr-cred";
const many = numbered("team", 200);

const ecr = "000000000000.dkr.ecr.us-east-1.amazonaws.com";
const [gcr, acr, own] = ["gcr.io", "example.azurecr.io", "registry.example.com"] as const;
const key = JSON.stringify({ type: "service_account", private_key: "the key of a robot" });
const loginOf = (password: string) => JSON.stringify({ username: "robot", password });

let system: System<typeof cluster>;
let kept: KeptLogins;

beforeAll(async () => {
  system = await startSystem({
    example: "registry-creds",
    namespaces: many,
    clusters: { [cluster]: { audit: true, controllerManager: true } },
    tokenLifeSeconds: 60,
  });
  kept = keptLogins(system.stack.aws);
  await kept.keep("gcr", key);
  await kept.keep("acr", loginOf("password-of-acr-1"));
  await kept.keep("own", loginOf("password-of-own-1"));
  const patch = JSON.stringify({ imagePullSecrets: [{ name: "theirs" }] });
  await kubectl()(["patch", "serviceaccount/default", "--namespace=team-7", "-p", patch]);
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kubectl = () => system.clusters[cluster].kubectl;
const secrets = () => readSecrets(kubectl(), secret);
const newestToken = () => system.stack.tokens.at(-1)?.password;

async function passwordsIn(namespace: string): Promise<Readonly<Record<string, string>>> {
  const found = (await secrets()).get(namespace);
  const logins = found ? Object.entries(loginsIn(found)) : [];
  return Object.fromEntries(logins.map(([host, { password }]) => [host, password]));
}

async function namespacesNow(): Promise<readonly string[]> {
  const names = await kubectl()(["get", "namespaces", "--output=name"]);
  return names
    .trim()
    .split("\n")
    .map((name) => name.replace("namespace/", ""))
    .toSorted();
}

test("gives every namespace one Secret for all registries", async () => {
  const written = await secrets();

  expect([...written.keys()].toSorted()).toEqual(await namespacesNow());
  const robot = (username: string, password: string) => ({
    username,
    password,
    auth: Buffer.from(`${username}:${password}`).toString("base64"),
  });
  for (const each of written.values()) {
    expect(each.type).toBe("kubernetes.io/dockerconfigjson");
    expect(loginsIn(each)).toEqual({
      [ecr]: robot("AWS", newestToken() ?? ""),
      [gcr]: robot("_json_key", key),
      [acr]: robot("robot", "password-of-acr-1"),
      [own]: robot("robot", "password-of-own-1"),
    });
  }
});

test("adds it to every default account, and leaves what others have put there", async () => {
  const accounts = await readAccounts(kubectl());

  expect([...accounts.keys()].toSorted()).toEqual(await namespacesNow());
  for (const [namespace, { imagePullSecrets }] of accounts) {
    const theirs = namespace === "team-7" ? [{ name: "theirs" }] : [];
    expect(imagePullSecrets).toEqual([...theirs, { name: secret }]);
  }
});

/** The older tool does one request after the other, some of them at five a second: hours. */
test("does hundreds of namespaces in seconds, and asks ECR once", async () => {
  const [first] = await system.stack.untilLines(isSweepOf(cluster, "done"));

  expect(first?.counts["created"]).toBeGreaterThanOrEqual(many.length);
  expect(Number(first?.["durationMs"])).toBeLessThan(15_000);
  expect(system.stack.tokens).toHaveLength(1);
});

test("covers a namespace that came later with the next sweep, and writes nothing else", async () => {
  await createNamespaces(kubectl(), [{ name: "later" }], { accounts: true });
  const before = (await secrets()).size;
  const [report] = await system.refresh(cluster);

  expect(report?.counts).toMatchObject({ created: 1, linked: 1, current: before });
  expect(Object.keys(await passwordsIn("later"))).toHaveLength(4);
  expect((await readAccounts(kubectl())).get("later")?.imagePullSecrets).toEqual([
    { name: secret },
  ]);
});

/** Until a sweep answers like this: a token has a life of a minute here, an answer one of 10 s. */
async function sweepUntil(isWanted: (report: Report) => boolean): Promise<Report> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const report = await system.sweep(cluster);
    if (isWanted(report)) return report;
    if (Date.now() > deadline) throw new Error(`still: ${JSON.stringify(report.counts)}`);
    await sleep(500);
  }
}

const failingRegistries = ({ failures }: Report) => failures.map(({ registry }) => registry);

test("pushes a new version of a kept login at the next sweep", async () => {
  await kept.change("acr", loginOf("password-of-acr-2"));
  await sweepUntil(({ counts }) => counts["renewed"] === many.length + otherNamespaces);

  expect((await passwordsIn("team-200"))[acr]).toBe("password-of-acr-2");
});

/** `default`, `later`, our own, and three of Kubernetes'. */
const otherNamespaces = 6;

test("renews ECR while another registry's login can't be had, whose entry stays", async () => {
  await kept.remove("own");
  await sweepUntil((each) => failingRegistries(each).includes(own));
  const before = newestToken();
  const isRenewed = () => newestToken() !== before;
  const report = await sweepUntil((each) => isRenewed() && (each.counts["renewed"] ?? 0) > 0);

  expect(report.outcome).toBe("failed");
  expect(failingRegistries(report)).toEqual([own]);
  for (const namespace of ["team-1", "team-200"]) {
    expect(await passwordsIn(namespace)).toEqual({
      [ecr]: newestToken(),
      [gcr]: key,
      [acr]: "password-of-acr-2",
      [own]: "password-of-own-1",
    });
  }
});

test("gives a new namespace what can be had, and says what can't", async () => {
  await createNamespaces(kubectl(), [{ name: "meanwhile" }], { accounts: true });
  const [report] = await system.refresh(cluster);

  expect(report).toMatchObject({
    outcome: "failed",
    counts: { linked: 1 },
    failures: [{ kind: "mint", registry: own, hint: expect.stringMatching(/./) }],
  });
  expect(Object.keys(await passwordsIn("meanwhile"))).toEqual([ecr, acr, gcr]);
});

test("writes no empty Secret when nothing can be had, and keeps all that are there", async () => {
  const { stack } = system;
  const resource = "arn:aws:secretsmanager:*:*:secret:ecr-pull-secrets/registries/*";
  const allow = await Promise.all([
    stack.refuse({ action: "ecr:GetAuthorizationToken" }),
    stack.refuse({ action: "secretsmanager:GetSecretValue", resource }),
    stack.refuse({ action: "secretsmanager:DescribeSecret", resource }),
  ]);
  // Once nothing that the function has kept is good any more.
  await sweepUntil((report) => failingRegistries(report).length === 4);
  const before = await secrets();
  await createNamespaces(kubectl(), [{ name: "too-early" }], { accounts: true });
  const [report] = await system.refresh(cluster);

  expect(report?.failures.map(({ registry }) => registry).toSorted()).toEqual(
    [ecr, acr, gcr, own].map(keyOf),
  );
  const after = await secrets();
  expect(after.has("too-early")).toBe(false);
  for (const [namespace, { data }] of before) {
    expect(after.get(namespace)?.data, namespace).toEqual(data);
  }

  await Promise.all(allow.map((each) => each()));
  await kept.keep("own", loginOf("password-of-own-2"));
  await sweepUntil(({ outcome }) => outcome === "ok");
  expect(await passwordsIn("too-early")).toEqual({
    [ecr]: newestToken(),
    [gcr]: key,
    [acr]: "password-of-acr-2",
    [own]: "password-of-own-2",
  });
});

/** As reports name a registry. */
const keyOf = (host: string) => host.replace(/\.amazonaws\.com$/, "");

test("has patched all the time, and deleted nothing", async () => {
  expect(await writesOfOurs(system.clusters[cluster])).toEqual([
    "patch secrets",
    "patch serviceaccounts",
  ]);
});

test("tells nobody a token, a login or a kubeconfig", async () => {
  const passwords = ["acr-1", "acr-2", "own-1", "own-2"].map((each) => `password-of-${each}`);
  const held = await system.credentialOf(cluster);
  await system.expectNoLeaks([held, "the key of a robot", ...passwords]);
});
