/**
 * Several clusters and accounts: each cluster gets what the config has for its name, and what is
 * broken in one stops no other, and is said loudly. Older tools stop at the first kubeconfig that
 * they can't load, and end as if all were well. The tests follow one another.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectCode, said } from "../register/finished.ts";
import { isSweepOf, type Line } from "../stack/lines.ts";
import { createNamespaces, loginsIn, readAccounts, readSecrets } from "../sweep/contents.ts";
import { type Report, type System, startSystem } from "./scene.ts";
import { tick } from "./tick.ts";

const clusters = ["prod-eu", "dev-1"] as const;
const broken = ["prod-broken", "prod-gone"] as const;
type Name = (typeof clusters)[number];

let system: System<Name>;

beforeAll(async () => {
  system = await startSystem<Name>({
    example: "multi-account",
    namespaces: ["shop", "billing"],
    clusters: { "prod-eu": { controllerManager: true }, "dev-1": { controllerManager: true } },
  });
  for (const account of ["111122223333", "444455556666"]) {
    await system.stack.aws.createRole("ecr-pull", ["ecr:GetAuthorizationToken"], account);
  }
  const { kubectl } = system.clusters["dev-1"];
  await kubectl(["label", "namespace", "billing", "pull-ecr=no"]);
  await kubectl(["create", "serviceaccount", "builder", "--namespace=shop"]);
  await Promise.all(clusters.map((cluster) => system.register(cluster)));
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kubectlOf = (name: Name) => system.clusters[name].kubectl;
const reportOf = (reports: readonly Report[], name: string) =>
  reports.find(({ cluster }) => cluster === name);

test("gives each cluster the registries that the config has for its name", async () => {
  const inProd = (await readSecrets(kubectlOf("prod-eu"))).get("shop");
  const inDev = (await readSecrets(kubectlOf("dev-1"))).get("shop");
  if (!(inProd && inDev)) throw new Error("there is no Secret");

  expect(Object.keys(loginsIn(inProd)).toSorted()).toEqual([
    "111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "444455556666.dkr.ecr.eu-west-1.amazonaws.com",
  ]);
  expect(Object.keys(loginsIn(inDev)).toSorted()).toEqual([
    "000000000000.dkr.ecr.us-east-1.amazonaws.com",
    "777788889999.dkr.ecr.eu-central-1.amazonaws.com",
  ]);
});

test("asks for one token per role and region, whatever number of namespaces wants it", async () => {
  const regions = system.stack.tokens.map(({ region }) => region);

  expect(regions.toSorted()).toEqual(["eu-central-1", "eu-west-1", "us-east-1", "us-east-1"]);
  const assumed = system.stack.aws.calls().filter(({ action }) => action === "AssumeRole");
  expect(assumed).toHaveLength(2);
});

test("leaves out what a label says, and links all accounts where the config asks for all", async () => {
  expect((await readSecrets(kubectlOf("prod-eu"))).has("billing")).toBe(true);
  expect((await readSecrets(kubectlOf("dev-1"))).has("billing")).toBe(false);

  const links = async (name: Name) =>
    (await readAccounts(kubectlOf(name), "builder")).get("shop")?.imagePullSecrets;
  expect(await links("dev-1")).toEqual([{ name: "ecr-pull" }]);
});

test("sweeps the others when a record can't be used or a cluster is gone, and ends as failed", async () => {
  const { records } = system.stack;
  await records.register("prod-broken", "apiVersion: v1\nkind: Config\nclusters: all of them\n");
  const held = await system.credentialOf("prod-eu");
  await records.register("prod-gone", held.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:9"));
  for (const name of clusters) await createNamespaces(kubectlOf(name), [{ name: "new" }]);
  const reports = await system.refresh();

  for (const name of clusters) {
    expect(reportOf(reports, name)).toMatchObject({ outcome: "ok", counts: { created: 1 } });
    expect((await readSecrets(kubectlOf(name))).has("new")).toBe(true);
  }
  expect(reportOf(reports, "prod-broken")).toMatchObject({
    outcome: "failed",
    failures: [{ kind: "kubeconfig", hint: expect.stringMatching(/./) }],
  });
  expect(reportOf(reports, "prod-gone")).toMatchObject({
    outcome: "failed",
    failures: [{ kind: "unreachable" }],
  });
});

test("says so with each tick of the schedule: in the log, as a metric, on the record", async () => {
  const { lines, untilLines, records } = system.stack;
  const wanted = [
    ...clusters.map((name) => isSweepOf(name, "done")),
    ...broken.flatMap((name) => [isSweepOf(name, "failed"), isFailureMetric(name)]),
  ];
  const before = await lines();
  await tick(system.stack);

  await Promise.all(wanted.map((each) => untilLines(each, before.filter(each).length + 1)));
  for (const name of broken) {
    expect(Object.keys(await records.tags(name))).toContain("ecr-pull-secrets:failing-since");
  }
});

const isFailureMetric = (cluster: string) => (line: Line) =>
  line._aws !== undefined && line["SweepFailed"] === 1 && line.cluster === cluster;

test("says by a command which cluster it is, and what to do", async () => {
  const checked = await system.shell.run("npx ecr-pull-secrets check");

  expectCode(1, checked);
  expect(said(checked)).toMatch(/Cluster prod-broken .*✖ the record's kubeconfig is accepted/);
  expect(said(checked)).toMatch(/Cluster prod-gone .*✖ the API server takes connections/);
});

test("tells nobody a token or a kubeconfig", async () => {
  await system.expectNoLeaks(await Promise.all(clusters.map(system.credentialOf)));
});
