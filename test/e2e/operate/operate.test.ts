/**
 * What an operator sees when things break: a deployed stage ticks every minute, and all that can be
 * broken is broken at once. Whoever subscribed to the topic is told, once; log lines name cluster and
 * cause; once a fault is gone, everything mends itself. The tests follow one another.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ControlPlane } from "../parts/control-plane.ts";
import { expectCode, said } from "../register/finished.ts";
import { findLeaks, secretsOf } from "../stack/canary.ts";
import { isSweepOf, type Line } from "../stack/lines.ts";
import {
  type AlarmMail,
  alarmsIn,
  type Notice,
  noticesIn,
  noticesOf,
  statesOf,
} from "../stack/mails.ts";
import { readSecrets } from "../sweep/contents.ts";
import { register, type Scene, shops, startScene } from "./scene.ts";
import { loseSchedule } from "./silence.ts";
import { patienceMs, until } from "./until.ts";

vi.setConfig({ testTimeout: patienceMs + 30_000 });

let scene: Scene;
const kubeconfigs: string[] = [];
let silence: ReturnType<typeof loseSchedule>;
/** Rights that were taken away, and how to give them back. */
let rights: Record<"mint" | "tell" | "tag", () => Promise<void>>;

beforeAll(async () => {
  scene = await startScene();
  const { clusters, shell } = scene;
  const [revoked] = await Promise.all([
    shell.run(registerRevoked),
    registerByHand(clusters.calm, "calm"),
    registerByHand(clusters.killed, "killed", "untagged"),
  ]);
  expectCode(0, revoked);
  await breakAll();
  silence = loseSchedule(scene);
  // Its test awaits it; until then its failure is nobody's.
  silence.catch(() => {});
});
afterAll(() => scene?.[Symbol.asyncDispose]());

const registerRevoked = "npx ecr-pull-secrets register revoked --stage e2e --context revoked --yes";
const sweep = (cluster: string) => scene.stack.invoke({ cluster, mode: "sweep" });

async function registerByHand(cluster: ControlPlane, ...records: string[]): Promise<void> {
  kubeconfigs.push(await register(scene.stack, cluster, records));
  for (const record of records) {
    expect(await sweep(record)).toMatchObject({ outcome: "ok" });
  }
}

async function breakAll(): Promise<void> {
  const { stack, clusters } = scene;
  const { killed, revoked, mintless } = clusters;
  const [mint, tell] = await Promise.all([
    stack.refuse({ action: "ecr:GetAuthorizationToken" }),
    stack.refuse({ action: "sns:Publish" }),
    killed.stopApiServer(),
    revoked.kubectl(["delete", "clusterrolebinding", "ecr-pull-secrets"]),
    stack.queues.send("a kubeconfig, by mistake", "poison"),
  ]);
  kubeconfigs.push(await register(stack, mintless, ["mintless"]));
  for (const outcome of await Promise.all(broken.map(({ cluster }) => sweep(cluster)))) {
    expect(outcome).toMatchObject({ outcome: "failed" });
  }
  // That it fails is noted; of all that comes, nothing can be.
  const resource = "arn:aws:secretsmanager:*:*:secret:ecr-pull-secrets/e2e/clusters/untagged*";
  const tag = await stack.refuse({ action: "secretsmanager:TagResource", resource });
  rights = { mint, tell, tag };
}

interface Broken {
  readonly cluster: string;
  readonly kind: string;
  readonly cause: RegExp;
  readonly expiry: RegExp;
}

const inHours = /^the first pull secret expires on .*, in 11 h/;
const broken: readonly Broken[] = [
  { cluster: "killed", kind: "unreachable", cause: /ECONNREFUSED|refused/, expiry: inHours },
  // Its record leads to the killed cluster, too.
  { cluster: "untagged", kind: "unreachable", cause: /ECONNREFUSED|refused/, expiry: inHours },
  {
    cluster: "revoked",
    kind: "forbidden",
    cause: /cannot list resource "namespaces"/,
    expiry: inHours,
  },
  {
    cluster: "mintless",
    kind: "mint",
    cause: /ecr:GetAuthorizationToken/,
    expiry: /^no pull secret of ours is known to be there/,
  },
];
const tellable = broken.filter(({ cluster }) => cluster !== "untagged");

const alarmNamed = (name: string) => `ecr-pull-secrets-e2e-${name}`;
const mails = () => scene.inbox.mails();

async function untilStates(alarm: string, ...states: readonly string[]): Promise<void> {
  const told = async () => statesOf(alarmNamed(alarm), await mails());
  await until(told, (seen) => seen.join() === states.join());
}

/** Waits until the topic was told these changes of the cluster. */
async function untilTold(cluster: string, count: number): Promise<readonly Notice[]> {
  return await until(
    async () => noticesOf(cluster, await mails()),
    ({ length }) => length >= count,
  );
}

test.each(broken)(
  "names $cluster and the cause in the log, from the first sweep on",
  async ({ cluster, kind, cause }) => {
    const [line] = await scene.stack.untilLines(isSweepOf(cluster, "failed"));

    expect(line).toMatchObject({ level: "ERROR", stage: "e2e", failures: [{ kind }] });
    expect(line?.failures[0]?.message).toMatch(cause);
    expect(line?.failures[0]?.hint).toMatch(/./);
  },
);

/** The latest value in this stage. */
async function measured(metric: string): Promise<number | undefined> {
  const all = await scene.cloudWatch.datapoints();
  return all.findLast((one) => one.metric === metric && one.dimensions["stage"] === "e2e")?.value;
}

test("counts failing clusters and failed sweeps, and tells nobody of a blip", async () => {
  await until(
    () => measured("ClustersFailing"),
    (count) => count === broken.length,
  );

  expect(await measured("ClustersFailingLong")).toBe(0);
  expect(await measured("SweepFailed")).toBe(1);
  const failed = (await scene.stack.lines()).filter((line) => line["SweepFailed"] === 1);
  expect(new Set(failed.map(({ cluster }) => cluster))).toEqual(
    new Set(broken.map(({ cluster }) => cluster)),
  );
  await untilStates("failing", "OK");
  expect(noticesIn(await mails())).toEqual([]);
});

test("puts poison aside, and an alarm tells of it", async () => {
  await untilStates("dead-letters", "OK", "ALARM");

  expect(await scene.stack.queues.deadLetters()).toEqual(["a kubeconfig, by mistake"]);
  const deliveries = (await scene.stack.lines()).filter(
    ({ message }) => message === "poison in the queue",
  );
  expect(deliveries).toHaveLength(5);
});

const toldAt = "ecr-pull-secrets:failure-told-at";

test("says in the log what it may not tell the topic, and keeps it for the next sweep", async () => {
  const { stack } = scene;
  for (const { cluster } of tellable) {
    const isSilenced = (line: Line) =>
      line.cluster === cluster && line.message === "the topic couldn't be told";
    const [line] = await stack.untilLines(isSilenced, 1, patienceMs);
    expect(line).toMatchObject({
      change: "failing",
      reason: expect.stringContaining("sns:Publish"),
    });
    expect(Object.keys(await stack.records.tags(cluster))).not.toContain(toldAt);
  }
});

test("doesn't even try to tell of a cluster on which it can't note that it did", async () => {
  const { stack } = scene;
  const isUnnoted = (line: Line) =>
    isSweepOf("untagged", "failed")(line) && line.failures.some(({ kind }) => kind === "store");
  // Since what it knew at the first tick, there is one thing to note: that it was told.
  const [line] = await stack.untilLines(isUnnoted);

  expect(JSON.stringify(line?.failures)).toContain("secretsmanager:TagResource");
  const tried = stack.aws.calls().filter(({ action }) => action === "Publish");
  expect(tried).toHaveLength(tellable.length);
  expect(noticesIn(await mails())).toEqual([]);
});

test("speaks by an alarm, which sends its reader to the runbook", async () => {
  await untilStates("failing", "OK", "ALARM");

  const isIt = ({ alarm, state }: AlarmMail) =>
    alarm === alarmNamed("failing") && state === "ALARM";
  expect(alarmsIn(await mails()).find(isIt)?.description).toMatch(
    /^A cluster has been failing .* Runbook: docs\/operations\.md#failing$/,
  );
  expect(await measured("ClustersFailingLong")).toBe(broken.length);
});

test("tells of each cluster that fails for three schedules: cause, hours left, next command", async () => {
  await Promise.all([rights.tell(), rights.tag()]);
  for (const { cluster, cause, expiry } of broken) {
    const [notice] = await untilTold(cluster, 1);
    expect(notice?.subject).toContain(`ecr-pull-secrets e2e: ${cluster} keeps failing`);
    expect(notice?.lines).toMatchObject({
      Stage: "e2e",
      Cause: expect.stringMatching(cause),
      Hint: expect.stringMatching(/./),
      Expires: expect.stringMatching(expiry),
      Look: `npx ecr-pull-secrets check ${cluster} --stage e2e --region us-east-1`,
    });
  }
});

test("shows by the notice's command what to do", async () => {
  const [notice] = noticesOf("revoked", await mails());
  const looked = await scene.shell.run(notice?.lines["Look"] ?? "");

  expectCode(1, looked);
  expect(said(looked)).toContain("ecr-pull-secrets register revoked --context <context>");
});

test("mends itself once the faults are gone, and says so of each cluster", async () => {
  await Promise.all([rights.mint(), scene.clusters.killed.restartApiServer()]);
  expectCode(0, await scene.shell.run(registerRevoked));

  for (const { cluster } of broken) {
    const [, notice] = await untilTold(cluster, 2);
    expect(notice?.subject).toBe(`ecr-pull-secrets e2e: ${cluster} recovered`);
    expect(notice?.lines["Expires"]).toMatch(inHours);
  }
  for (const { kubectl } of Object.values(scene.clusters)) {
    expect([...(await readSecrets(kubectl)).keys()]).toEqual(shops);
  }
  await untilStates("failing", "OK", "ALARM", "OK");
  expect(await measured("ClustersFailing")).toBe(0);
});

test("has told every change once, and of the healthy cluster nothing", async () => {
  const told = noticesIn(await mails()).map(({ subject }) => subject.split(",")[0]);
  const expected = broken.flatMap(({ cluster }) =>
    ["keeps failing", "recovered"].map((change) => `ecr-pull-secrets e2e: ${cluster} ${change}`),
  );
  expect(told.toSorted()).toEqual(expected.toSorted());
});

test("an alarm speaks once the schedule is disabled, and again once it is enabled", async () => {
  expect(await silence).toEqual(["ALARM", "OK", "ALARM", "OK"]);
});

test("tells nobody a token or a kubeconfig", async () => {
  const { stack, shell } = scene;
  kubeconfigs.push(...(await stack.records.versions("revoked")).values());
  const texts = [
    ...(await stack.allTexts()),
    ...(await shell.allTexts()),
    ...(await mails()).map(({ subject, text }) => `${subject}\n${text}`),
  ];
  const secrets = [
    ...stack.tokens.map(({ password }) => password),
    ...kubeconfigs.flatMap(secretsOf),
  ];
  expect(findLeaks(texts, secrets)).toEqual([]);
});
