/**
 * The stack as it is deployed, left alone: its schedule fires every minute, and nobody calls it.
 * Two clusters are live, one is registered but dead; a fourth one holds a token that has to be
 * renewed by the end. A fifth record leads to one of the live ones, and is left to a runner. The
 * tests follow one another through the ticks.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { AuditEvent } from "../parts/audit-log.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { type Inbox, openInbox } from "../parts/inbox.ts";
import { createNamespaces, loginsIn, readAccounts, readSecrets } from "../sweep/contents.ts";
import { rightsManifest, sweeperName } from "../sweep/rights.ts";
import { findLeaks, secretsOf } from "./canary.ts";
import { type CommandLine, openCommandLine } from "./command-line.ts";
import { deploy } from "./deploy.ts";
import { isSweepOf, type Line } from "./lines.ts";
import { noticesIn } from "./mails.ts";
import { type Stack, startStack } from "./stack.ts";
import { type ValidityWatch, watchValidity } from "./validity-watch.ts";

/** Due at the third tick, kept by a warm function until after the second. */
const tokenLifeSeconds = 220;
const shops = ["shop-berlin", "shop-lima", "shop-oslo"];
const others = ["shop-internal", "billing"];
const failingSince = "ecr-pull-secrets:failing-since";
const expiresAt = "ecr-pull-secrets:expires-at";
const credential = "ecr-pull-secrets:credential";

const cleanup = new AsyncDisposableStack();
let stack: Stack;
let paris: ControlPlane;
let tokyo: ControlPlane;
let dead: ControlPlane;
let lima: ControlPlane;
let commandLine: CommandLine;
let inbox: Inbox;
const kubeconfigs: string[] = [];
let firstOfLima: string | undefined;

beforeAll(async () => {
  [stack, paris, tokyo, dead, lima] = await startAll();
  inbox = await openInbox(stack.aws, "ecr-pull-secrets-e2e-alarms");
  for (const cluster of [paris, tokyo, dead, lima]) {
    const namespaces = [...shops, ...others].map((name) => ({ name }));
    await createNamespaces(cluster.kubectl, namespaces, { accounts: cluster === lima });
  }
  await registerLima();
  for (const [name, cluster] of Object.entries({ paris, tokyo, dead })) {
    const kubeconfig = await cluster.serviceAccountKubeconfig(rightsManifest());
    kubeconfigs.push(kubeconfig);
    if (name === "dead") await cluster.stopApiServer();
    await stack.records.register(name, kubeconfig);
    if (name === "tokyo") await stack.records.register("inside", kubeconfig);
  }
});
afterAll(() => cleanup.disposeAsync());

async function startAll() {
  const config = await readFile(join(import.meta.dirname, "config.yml"), "utf8");
  const own = async <T extends AsyncDisposable>(part: Promise<T>) => cleanup.use(await part);
  return await Promise.all([
    own(startStack({ tokenLifeSeconds, config })),
    own(startControlPlane({ audit: true, controllerManager: true })),
    own(startControlPlane({ audit: true })),
    own(startControlPlane()),
    own(startControlPlane({ name: "lima", audit: true, controllerManager: true })),
  ]);
}

/** With the shortest token that there is: half of its life is gone when the other tests are done. */
async function registerLima(): Promise<void> {
  const { directory } = stack.clone;
  const kubeconfigs = [lima.adminKubeconfigPath];
  const options = { directory, awsEnv: stack.aws.env, kubeconfigs };
  commandLine = cleanup.use(await openCommandLine(options));
  const line = "npm run register-cluster -- lima --context lima --token-lifetime 10m --yes";
  const { code, stderr } = await commandLine.run(line);
  expect(stderr).toContain("Token granted for 10 min: survives an outage of 4 min");
  expect(code).toBe(0);
  firstOfLima = (await stack.records.versions("lima")).get("AWSCURRENT");
}

/** What sweeps asked of a cluster so far. */
async function requestsTo(cluster: ControlPlane): Promise<readonly AuditEvent[]> {
  return (await cluster.audit.events()).filter(({ user }) => user === sweeperName());
}

const verbOf = ({ verb, resource, namespace }: AuditEvent) =>
  [verb, resource, ...(namespace === undefined ? [] : [namespace])].join(" ");

const lists = ["list namespaces", "list secrets", "list serviceaccounts"];

const isFailureMetric = ({ _aws, ...line }: Line) =>
  _aws !== undefined && line["SweepFailed"] === 1;

const isOurs = ({ region }: { readonly region: string }) => region === stack.aws.region;
/** Of all clusters but lima. */
const tokens = () => stack.tokens.filter(isOurs);
async function tagNames(cluster: string): Promise<readonly string[]> {
  return Object.keys(await stack.records.tags(cluster)).toSorted();
}

const tokenRequests = () =>
  stack.aws.calls().filter((call) => call.action === "GetAuthorizationToken" && isOurs(call));

/** From the first tick on. */
let watch: ValidityWatch;

test("gives every matching namespace of both live clusters its secret, at the first tick", async () => {
  await stack.untilLines(isSweepOf("paris", "done"));
  await stack.untilLines(isSweepOf("tokyo", "done"));

  const [token] = tokens();
  for (const { kubectl } of [paris, tokyo]) {
    const secrets = await readSecrets(kubectl);
    expect([...secrets.keys()]).toEqual(shops);
    for (const secret of secrets.values()) {
      expect(loginsIn(secret)).toMatchObject({
        "000000000000.dkr.ecr.us-east-1.amazonaws.com": {
          username: "AWS",
          password: token?.password,
        },
      });
    }
  }
  const accounts = await readAccounts(paris.kubectl);
  expect(accounts.get("shop-oslo")?.imagePullSecrets).toEqual([{ name: "ecr-pull" }]);
  expect(accounts.get("billing")?.imagePullSecrets).toEqual([]);
  watch = cleanup.use(watchValidity([paris, tokyo], shops, stack.tokens));
});

test("names the dead cluster in log, metric and tag", async () => {
  const [line] = await stack.untilLines(isSweepOf("dead", "failed"));

  expect(line?.failures).toMatchObject([{ kind: "unreachable", hint: expect.stringMatching(/./) }]);
  const metrics = (await stack.lines()).filter(isFailureMetric);
  expect(metrics[0]).toMatchObject({ stage: stack.stage, cluster: "dead" });
  expect(Date.parse((await stack.records.tags("dead"))[failingSince] ?? "")).toBeCloseTo(
    Date.now(),
    -5,
  );
  expect(await tagNames("paris")).toEqual([credential, expiresAt]);
});

test("writes nothing and asks ECR for nothing at the second tick, but for a new namespace", async () => {
  await createNamespaces(tokyo.kubectl, [{ name: "shop-quito" }]);
  const before = {
    paris: (await requestsTo(paris)).length,
    tokyo: (await requestsTo(tokyo)).length,
    calls: stack.aws.calls().length,
    tokenRequests: tokenRequests().length,
  };
  const [, idle] = await stack.untilLines(isSweepOf("paris", "done"), 2);
  await stack.untilLines(isSweepOf("tokyo", "done"), 2);

  const toParis = (await requestsTo(paris)).slice(before.paris);
  expect(toParis.map(verbOf).toSorted()).toEqual(lists);
  const toTokyo = (await requestsTo(tokyo)).slice(before.tokyo);
  expect(toTokyo.map(verbOf).toSorted()).toEqual([...lists, "patch secrets shop-quito"]);
  expect([...(await readSecrets(tokyo.kubectl)).keys()]).toContain("shop-quito");

  const ofParis = stack.aws
    .calls()
    .slice(before.calls)
    .filter(({ secretId }) => secretId?.endsWith("/paris"));
  expect(ofParis.map(({ action }) => action)).toEqual(["GetSecretValue"]);
  expect(tokenRequests()).toHaveLength(before.tokenRequests);
  expect(idle).toMatchObject({
    counts: { current: 3, created: 0, renewed: 0 },
    cost: { requests: 3, ecrCalls: 0 },
  });
});

test("answers direct calls with a report", async () => {
  const plan = await stack.invoke({ cluster: "paris", mode: "plan" });
  expect(plan).toMatchObject({ cluster: "paris", changes: [], current: 3, problems: [] });
  const status = await stack.invoke({ cluster: "paris", mode: "status" });
  expect(status).toMatchObject({
    owner: `000000000000/us-east-1/${stack.stage}`,
    secrets: shops.map((namespace) => ({ namespace, state: "current" })),
  });
  const sweep = await stack.invoke({ cluster: "paris", mode: "sweep" });
  expect(sweep).toMatchObject({ outcome: "ok", counts: { current: 3 }, cost: { requests: 3 } });
  const unreachable = await stack.invoke({ cluster: "dead", mode: "status" });
  expect(unreachable).toMatchObject({ outcome: "failed", failures: [{ kind: "unreachable" }] });
  const unknown = await stack.invoke({ cluster: "nowhere", mode: "sweep" });
  expect(unknown).toEqual({ cluster: "nowhere", outcome: "unregistered" });
});

test("puts poison aside, and takes a message for a cluster that isn't registered", async () => {
  // Else five deliveries would take as many visibility timeouts: three quarters of an hour.
  await stack.queues.hideFor(3);
  await stack.queues.send("a kubeconfig, by mistake", "poison");
  await stack.queues.send(JSON.stringify({ cluster: "gone", tick: new Date() }), "gone");
  await stack.untilLines(
    ({ message, cluster }) => message === "sweep unregistered" && cluster === "gone",
  );

  await expect
    .poll(() => stack.queues.deadLetters(), { timeout: 60_000, interval: 500 })
    .toEqual(["a kubeconfig, by mistake"]);
});

test("keeps every namespace's secret valid while ECR refuses, and renews once it doesn't", async () => {
  const before = await readSecrets(paris.kubectl);
  const { [failingSince]: deadSince } = await stack.records.tags("dead");
  const allowEcr = await stack.refuse({ action: "ecr:GetAuthorizationToken" });
  const [refused] = await stack.untilLines(isSweepOf("paris", "failed"));
  await stack.untilLines(isSweepOf("tokyo", "failed"));

  expect(refused?.failures).toMatchObject([
    { kind: "mint", message: expect.stringContaining("ecr:GetAuthorizationToken") },
  ]);
  expect(await tagNames("paris")).toEqual([credential, expiresAt, failingSince]);
  expect(tokens()).toHaveLength(1);

  await allowEcr();
  const done = (await stack.lines()).filter(isSweepOf("paris", "done")).length;
  await stack.untilLines(isSweepOf("paris", "done"), done + 1);
  await stack.untilLines(isSweepOf("tokyo", "done"), 3);
  const after = await readSecrets(paris.kubectl);
  const newest = tokens().at(-1)?.password;
  for (const [namespace, secret] of after) {
    expect(Object.values(loginsIn(secret))).toMatchObject([{ password: newest }]);
    expect(secret.metadata.uid).toBe(before.get(namespace)?.metadata.uid);
  }
  expect(await tagNames("paris")).toEqual([credential, expiresAt]);
  expect((await stack.records.tags("dead"))[failingSince]).toBe(deadSince);
});

/** In the log, which has it when the topic has it. */
const isTold =
  (change: "failing" | "recovered") =>
  ({ message, cluster, ...line }: Line) =>
    message === "topic told" && cluster === "dead" && line["change"] === change;

/** Of the dead cluster: until it is told, once more, and until it recovers. */
const threeTicksMs = 240_000;

test("covers the dead cluster by itself once its server is up", {
  timeout: threeTicksMs,
}, async () => {
  await stack.untilLines(isTold("failing"));
  // Once more, of which nobody is to hear.
  const failed = (await stack.lines()).filter(isSweepOf("dead", "failed")).length;
  await stack.untilLines(isSweepOf("dead", "failed"), failed + 1);
  await dead.restartApiServer();
  await stack.untilLines(isTold("recovered"));
  await stack.untilLines(isSweepOf("dead", "done"));

  expect([...(await readSecrets(dead.kubectl)).keys()]).toEqual(shops);
  expect(await tagNames("dead")).toEqual([credential, expiresAt]);
  await expect.poll(() => stack.queues.pending(), { timeout: 10_000 }).toBe(0);
  expect(watch.looks()).toBeGreaterThan(20);
  expect(watch.gaps).toEqual([]);
});

test("leaves a local cluster to its runner, and counts it as all others", async () => {
  const isOfInside = ({ cluster }: Line) => cluster === "inside";
  expect((await stack.lines()).filter(isOfInside)).toEqual([]);
  expect(await tagNames("inside")).toEqual([]);
  const answer = await stack.invoke({ cluster: "inside", mode: "sweep" });
  expect(answer).toEqual({ cluster: "inside", outcome: "local" });
  const dispatched = (await stack.lines()).findLast(({ message }) => message === "dispatched");
  expect(dispatched).toMatchObject({ clusters: 4, local: 1 });
  const measured = (await stack.lines()).findLast((line) => "Clusters" in line);
  expect(measured).toMatchObject({ Clusters: 5 });

  const swept = await commandLine.run("npx ecr-pull-secrets refresh inside --local --yes");

  expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining("✔ inside: ") });
  expect(await tagNames("inside")).toEqual([credential, expiresAt]);
});

/** Half of ten minutes, and a tick, less what the tests before have taken. */
const rotationMs = 200_000;

const isRotation = ({ message, cluster }: Line) =>
  message === "credential rotated" && cluster === "lima";

test("renews a cluster's own token at half of its life, and goes on with the new one", {
  timeout: rotationMs + 40_000,
}, async () => {
  await stack.untilLines(isRotation, 1, rotationMs);

  const versions = await stack.records.versions("lima");
  expect(versions.get("AWSPREVIOUS")).toBe(firstOfLima);
  expect([...versions.keys()].toSorted()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  const kubeconfig = versions.get("AWSCURRENT") ?? "";
  const held = readToken(kubeconfig);
  expect(held.jti).not.toBe(readToken(firstOfLima).jti);
  expect(held.exp - held.iat).toBe(600);
  expect(await lima.kubectl(["auth", "whoami"], { kubeconfig })).toContain(sweeperName());
  const times = [held.iat, held.exp].map((seconds) => new Date(seconds * 1_000).toISOString());
  const life = times.map((time) => time.replace(".000Z", "Z")).join("/");
  expect(await stack.records.tags("lima")).toMatchObject({ [credential]: life });

  const sweep = () => commandLine.run("npx ecr-pull-secrets refresh lima --yes");
  const events = await lima.audit.eventsDuring(async () => {
    expect(await sweep()).toMatchObject({ code: 0 });
  });
  const bySweep = events.filter(({ user }) => user === sweeperName());
  expect(new Set(bySweep.map(({ credential }) => credential))).toEqual(
    new Set([`JTI=${held.jti}`]),
  );
  kubeconfigs.push(...versions.values());
});

const claims = z.object({ jti: z.string(), iat: z.number(), exp: z.number() });

/** Of a kubeconfig, what its token says of itself. */
function readToken(kubeconfig = "") {
  const [, payload = ""] = /token: "?[\w-]+\.([\w-]+)\./.exec(kubeconfig) ?? [];
  return claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
}

test("mails that the dead cluster kept failing and recovered, and no word of a blip", async () => {
  expect(noticesIn(await inbox.mails())).toMatchObject([
    { subject: "ecr-pull-secrets e2e: dead keeps failing" },
    { subject: "ecr-pull-secrets e2e: dead recovered" },
  ]);
});

test("tells nobody a token or a kubeconfig", async () => {
  const texts = [
    ...(await stack.allTexts()),
    ...(await commandLine.allTexts()),
    ...(await inbox.mails()).map(({ text }) => text),
  ];
  expect(texts.join("\n")).toContain("sweep done");
  const secrets = [
    ...stack.tokens.map(({ password }) => password),
    ...[...kubeconfigs, lima.adminKubeconfig].flatMap(secretsOf),
  ];
  expect(findLeaks(texts, secrets)).toEqual([]);
  expect(commandLine.temporaryFiles()).toEqual([]);
});

test("isn't deployed with a config that has problems, and says all of them", async () => {
  const config = await readFile(join(import.meta.dirname, "bad-config.yml"), "utf8");
  await stack.clone.configure(stack.stage, config);
  const deploying = deploy(stack.aws, stack.clone, stack.stage);

  await expect(deploying).rejects.toThrow(
    /^config\/e2e.yml:2: schedule: expected .*\nconfig\/e2e.yml:5: .*include\[0\]: expected /m,
  );
});
