/**
 * The life of two registered clusters, by the commands that somebody types. The config selects
 * namespaces of prod-eu by a pattern, and names all that it wants in edge-1: that one gets Roles.
 * The tests follow one another.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { isSweepOf } from "../stack/lines.ts";
import { createNamespaces, readAccounts, readSecrets } from "../sweep/contents.ts";
import { expectCode, said } from "./finished.ts";
import { objectsOfOurs, writesOfAdmin } from "./inventory.ts";
import { type Scene, startScene } from "./scene.ts";

const registries = "registries: [{ type: ecr, region: us-east-1 }]";
const config = `
schedule: rate(1 minute)
pullSecrets:
  - name: ecr-pull
    clusters: ["prod-*"]
    namespaces: { include: ["shop-*"], exclude: ["shop-internal"] }
    serviceAccounts: [default]
    ${registries}
  - name: ecr-pull
    clusters: ["edge-*"]
    namespaces: [shop-berlin, billing]
    serviceAccounts: [default]
    ${registries}
`;
/** One namespace more for each, and another pull secret. */
const grown = `${config
  .replace('["shop-*"]', '["shop-*", billing]')
  .replace("[shop-berlin, billing]", "[shop-berlin, billing, shop-lima]")}
  - name: ecr-mirror
    clusters: ["prod-*"]
    namespaces: shop-lima
    ${registries}
`;

const names = ["prod-eu", "edge-1"] as const;
type Name = (typeof names)[number];

let scene: Scene<Name>;
/** As they were stored last. */
const credentials = new Map<Name, string>();
/** Of every record, as it was at any time. */
const stored = new Set<string>();

beforeAll(async () => {
  scene = await startScene<Name>({
    config,
    namespaces: ["shop-berlin", "shop-lima", "shop-internal", "billing"],
    clusters: {
      "prod-eu": { audit: true, controllerManager: true },
      "edge-1": { audit: true, controllerManager: true },
    },
  });
  for (const { kubectl } of Object.values(scene.clusters)) {
    const patch = JSON.stringify({ imagePullSecrets: [{ name: "theirs" }] });
    await kubectl(["patch", "serviceaccount/default", "--namespace=shop-berlin", "-p", patch]);
  }
});
afterAll(() => scene?.[Symbol.asyncDispose]());

const run = (line: string) => scene.shell.run(line);
const kubectlOf = (name: Name) => scene.clusters[name].kubectl;

const registerLine = (name: Name) => `npm run register-cluster -- ${name} --context ${name}`;

async function noteStored(): Promise<void> {
  for (const name of names) {
    for (const version of (await scene.stack.records.versions(name)).values()) stored.add(version);
  }
}

async function pullSecretsIn(name: Name): Promise<readonly string[]> {
  const all = ["ecr-pull", "ecr-mirror"].map(async (secret) => {
    const found = await readSecrets(kubectlOf(name), secret);
    return [...found.keys()].map((namespace) => `${namespace}/${secret}`);
  });
  return (await Promise.all(all)).flat().toSorted();
}

test("shows a plan, and without a terminal or --yes changes nothing", async () => {
  const plan = await run(`${registerLine("prod-eu")} --dry-run`);
  expectCode(0, plan);
  expect(plan.stdout).toContain("+ ClusterRole ecr-pull-secrets");
  const asked = await run(registerLine("prod-eu"));
  expectCode(2, asked);
  expect(asked.stderr).toContain("--yes");

  expect(await objectsOfOurs(kubectlOf("prod-eu"))).toEqual([]);
  expect(await scene.stack.records.secretNames()).toEqual([]);
});

test("registers a cluster on a terminal, once somebody says yes", async () => {
  const registering = scene.shell.startOnTerminal(registerLine("prod-eu"));
  await registering.untilSaid("Register prod-eu?");
  registering.type("y\n");

  const finished = await registering.finished;
  expectCode(0, finished);
  expect(said(finished)).toContain("Token granted for 30 d: survives an outage of 14 d 23 h");
  expect(finished.stdout).toMatch(/prod-eu.* is registered for stage prod in us-east-1/);
  expect(await pullSecretsIn("prod-eu")).toEqual(["shop-berlin/ecr-pull", "shop-lima/ecr-pull"]);
});

test("registers one whose namespaces are all named with Roles, and the policy alone is cluster-wide", async () => {
  expectCode(0, await run(`${registerLine("edge-1")} --yes`));

  expect(await pullSecretsIn("edge-1")).toEqual(["billing/ecr-pull", "shop-berlin/ecr-pull"]);
  const ours = await objectsOfOurs(kubectlOf("edge-1"));
  const clusterWide = ours.filter((object) => !object.includes("/"));
  expect(clusterWide.toSorted()).toEqual([
    "Namespace ecr-pull-secrets",
    "ValidatingAdmissionPolicy ecr-pull-secrets",
    "ValidatingAdmissionPolicyBinding ecr-pull-secrets",
  ]);
});

test("keeps the pull secrets of others in the accounts that it links", async () => {
  for (const name of names) {
    const { imagePullSecrets } = (await readAccounts(kubectlOf(name))).get("shop-berlin") ?? {};
    expect(imagePullSecrets).toEqual([{ name: "theirs" }, { name: "ecr-pull" }]);
  }
});

test("list, status, plan and check find everything in order", async () => {
  const list = await run("npx ecr-pull-secrets list");
  expectCode(0, list);
  for (const name of names) {
    expect(list.stdout).toMatch(new RegExp(`^${name} +in 11 h +in 29 d +ok +ok$`, "m"));
  }
  const status = await run("npx ecr-pull-secrets status prod-eu");
  expectCode(0, status);
  expect(status.stdout).toMatch(/^shop-lima +ecr-pull +in 11 h .* default$/m);
  const plan = await run("npx ecr-pull-secrets plan");
  expectCode(0, plan);
  for (const name of names) expect(plan.stdout).toContain(`✔ ${name}: nothing to do`);
  const check = await run("npx ecr-pull-secrets check");
  expectCode(0, check);
  expect(check.stdout).not.toMatch(/[✖!]/);
  expect(check.stdout).toMatch(/^✔ (\d+) of \1 checks passed; 2 clusters$/m);
});

test("has nothing to do a second time, and knows the cluster under another name", async () => {
  const writes = await writesOfAdmin(scene.clusters["prod-eu"], async () => {
    const again = await run(`${registerLine("prod-eu")} --yes`);
    expectCode(0, again);
    expect(said(again)).toContain("nothing to do: prod-eu is registered");
    const renamed = await run("npx ecr-pull-secrets register prod-us --context prod-eu --yes");
    expectCode(1, renamed);
    expect(said(renamed)).toContain("this cluster is registered already, as prod-eu");
  });
  expect(writes).toEqual([]);
});

test("gives it a new credential, and nothing else, with --renew", async () => {
  const before = (await scene.stack.records.versions("prod-eu")).get("AWSCURRENT");
  const writes = await writesOfAdmin(scene.clusters["prod-eu"], async () => {
    expectCode(0, await run(`${registerLine("prod-eu")} --renew --yes`));
  });

  expect(writes).toEqual(["create serviceaccounts/token ecr-pull-secrets/ecr-pull-secrets"]);
  const after = await scene.stack.records.versions("prod-eu");
  expect(after.get("AWSPREVIOUS")).toBe(before);
  expect(after.get("AWSCURRENT")).not.toBe(before);
});

test("says that a config that grew asks for other rights than were granted", async () => {
  await noteStored();
  await scene.stack.deploy(grown);

  const list = await run("npx ecr-pull-secrets list");
  for (const name of names) expect(list.stdout).toMatch(new RegExp(`^${name} .* outdated$`, "m"));
  for (const name of names) {
    const check = await run(`npx ecr-pull-secrets check ${name}`);
    expectCode(1, check);
    expect(check.stdout).toMatch(/✖ every needed right is there\n.*is refused\n/);
    expect(check.stdout).toMatch(/! the rights are those that the config asks for\n/);
  }
});

test("does by its schedule what it may, and names the command that grants the rest", async () => {
  await createNamespaces(kubectlOf("prod-eu"), [{ name: "shop-quito" }], { accounts: true });
  const [ofEdge] = await scene.stack.untilLines(isSweepOf("edge-1", "failed"));
  const [ofProd] = await scene.stack.untilLines(
    (line) => isSweepOf("prod-eu", "failed")(line) && line.counts["created"] === 1,
  );

  expect(ofProd?.counts).toMatchObject({ current: 2, failed: 1 });
  expect(ofEdge?.counts).toMatchObject({ current: 2 });
  for (const { kind, hint } of [...(ofProd?.failures ?? []), ...(ofEdge?.failures ?? [])]) {
    expect({ kind, hint }).toEqual({
      kind: "forbidden",
      hint: expect.stringContaining("ecr-pull-secrets register <cluster>"),
    });
  }
  expect(await pullSecretsIn("prod-eu")).toContain("shop-quito/ecr-pull");
});

test("applies just the difference when a cluster is registered again", async () => {
  const before = (await scene.stack.records.versions("prod-eu")).get("AWSCURRENT");
  const writes = await writesOfAdmin(scene.clusters["prod-eu"], async () => {
    expectCode(0, await run(`${registerLine("prod-eu")} --yes`));
  });

  expect(writes).toEqual([
    "patch clusterroles ecr-pull-secrets",
    "patch validatingadmissionpolicies ecr-pull-secrets",
  ]);
  expect((await scene.stack.records.versions("prod-eu")).get("AWSCURRENT")).toBe(before);
  expect(await pullSecretsIn("prod-eu")).toEqual([
    "billing/ecr-pull",
    "shop-berlin/ecr-pull",
    "shop-lima/ecr-mirror",
    "shop-lima/ecr-pull",
    "shop-quito/ecr-pull",
  ]);
});

test("brings the rights of all others up to the config with --all", async () => {
  const writes = await writesOfAdmin(scene.clusters["edge-1"], async () => {
    expectCode(0, await run("npx ecr-pull-secrets register --all --yes"));
  });

  expect(writes).toEqual([
    "patch rolebindings shop-lima/ecr-pull-secrets",
    "patch roles shop-lima/ecr-pull-secrets",
    "patch validatingadmissionpolicies ecr-pull-secrets",
  ]);
  expect(await pullSecretsIn("edge-1")).toEqual([
    "billing/ecr-pull",
    "shop-berlin/ecr-pull",
    "shop-lima/ecr-pull",
  ]);
  const list = await run("npx ecr-pull-secrets list");
  for (const name of names) expect(list.stdout).toMatch(new RegExp(`^${name} .* ok +ok$`, "m"));
});

test("leaves nothing of ours behind when they are unregistered", async () => {
  await Promise.all(names.map(unregister));

  expect(await scene.stack.records.secretNames()).toEqual([]);
  const again = await run(unregisterLine("prod-eu"));
  expectCode(0, again);
  expect(said(again)).toContain("nothing to do");
});

const unregisterLine = (name: Name) =>
  `npx ecr-pull-secrets unregister ${name} --context ${name} --yes`;

async function unregister(name: Name): Promise<void> {
  credentials.set(name, (await scene.stack.records.versions(name)).get("AWSCURRENT") ?? "");
  expectCode(0, await run(unregisterLine(name)));

  // A namespace takes a moment to end.
  await expect.poll(() => objectsOfOurs(kubectlOf(name)), { timeout: 30_000 }).toEqual([]);
  for (const [namespace, { imagePullSecrets }] of await readAccounts(kubectlOf(name))) {
    expect(imagePullSecrets).toEqual(namespace === "shop-berlin" ? [{ name: "theirs" }] : []);
  }
}

test("lets nobody in with the credentials that were stored", async () => {
  for (const [name, kubeconfig] of credentials) {
    const ask = () => kubectlOf(name)(["auth", "whoami"], { kubeconfig }).catch(String);
    // An API server remembers for ten seconds whom it let in.
    await expect.poll(ask, { timeout: 20_000 }).toContain("must be logged in");
  }
  expect(credentials.size).toBe(2);
});

test("tells nobody a token, a key or a kubeconfig", async () => {
  expect(stored.size).toBeGreaterThan(2);
  await scene.expectNoLeaks([...stored]);
});
