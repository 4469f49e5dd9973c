/** Links in service accounts, which others write to as well. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { linkLeft } from "../../../src/refresh/rules/link-left.ts";
import { type Competitor, createCompetitor } from "./competitor.ts";
import { createNamespaces, numbered, readAccounts } from "./contents.ts";
import type { PullSecretInput } from "./deployment.ts";
import { sweeperName } from "./rights.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let competitor: Competitor;
beforeAll(async () => {
  scene = await startScene({ audit: true, controllerManager: true });
  competitor = createCompetitor(scene.cluster.adminKubeconfig);
});
afterAll(async () => {
  await competitor?.close();
  await scene?.stop();
});

async function entriesIn(namespace: string): Promise<string[]> {
  const accounts = await readAccounts(scene.cluster.kubectl);
  return (accounts.get(namespace)?.imagePullSecrets ?? []).map(({ name }) => name);
}

test("a link changes nothing else in the account", async () => {
  const { kubectl } = scene.cluster;
  await createNamespaces(kubectl, [{ name: "plain" }], { accounts: true });
  const theirs = {
    metadata: { labels: { team: "a" }, annotations: { note: "keep" } },
    secrets: [{ name: "mounted" }],
    imagePullSecrets: [{ name: "theirs-1" }, { name: "theirs-2" }],
    automountServiceAccountToken: false,
  };
  const patch = ["--type=merge", `--patch=${JSON.stringify(theirs)}`, "--namespace=plain"];
  await kubectl(["patch", "serviceaccount", "default", ...patch]);
  const before = (await readAccounts(kubectl)).get("plain");
  const prod = await scene.deploy("plain");

  await prod.sweep([{ namespaces: "plain", serviceAccounts: ["default"] }]);

  const after = (await readAccounts(kubectl)).get("plain");
  expect(after).toEqual({
    ...before,
    metadata: { ...before?.metadata, resourceVersion: after?.metadata["resourceVersion"] },
    imagePullSecrets: [{ name: "theirs-1" }, { name: "theirs-2" }, { name: "ecr-pull" }],
  });
});

test("a link that somebody removed is made again", async () => {
  const patch = ["--type=merge", '--patch={"imagePullSecrets":[{"name":"theirs-2"}]}'];
  const account = ["serviceaccount", "default", "--namespace=plain"];
  await scene.cluster.kubectl(["patch", ...account, ...patch]);
  const prod = await scene.deploy("plain");

  const report = await prod.sweep([{ namespaces: "plain", serviceAccounts: ["default"] }]);

  expect(report.counts).toMatchObject({ current: 1, linked: 1 });
  await expect(entriesIn("plain")).resolves.toEqual(["theirs-2", "ecr-pull"]);
});

test("with a competitor writing at the same time, all entries of both are there in the end", async () => {
  const namespaces = numbered("busy", 40);
  const theirs = numbered("theirs", 4);
  const specs = namespaces.map((name) => ({ name }));
  await createNamespaces(scene.cluster.kubectl, specs, { accounts: true });
  const secrets = ["ecr-pull", "ecr-extra"];
  const busy = await scene.deploy("busy", { namespace: "busy", secrets });
  const link = { namespaces: "busy-*", serviceAccounts: ["default"] };
  const pullSecrets: PullSecretInput[] = secrets.map((name) => ({ ...link, name }));
  const [first = "", ...rest] = theirs;
  let competition: Promise<unknown> = Promise.resolve();

  const events = await scene.cluster.audit.eventsDuring(async () => {
    const report = await busy.sweep(pullSecrets, {
      afterWrites: 0,
      // Each account has changed since the sweep looked, and goes on changing while it writes.
      happens: async () => {
        await Promise.all(namespaces.map((namespace) => competitor.add(namespace, first)));
        competition = Promise.all(
          namespaces.map(async (namespace) => {
            for (const entry of rest) await competitor.add(namespace, entry);
          }),
        );
      },
    });
    await competition;
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 80, linked: 80 } });
  });

  const refused = events.filter(
    ({ user, resource, code }) =>
      user === sweeperName("busy") && resource === "serviceaccounts" && code === 409,
  );
  expect(refused.length).toBeGreaterThanOrEqual(namespaces.length);
  const accounts = await readAccounts(scene.cluster.kubectl);
  for (const namespace of namespaces) {
    const entries = accounts.get(namespace)?.imagePullSecrets.map(({ name }) => name);
    expect(entries?.toSorted(), namespace).toEqual([...secrets, ...theirs].sort());
  }
});

test("a name that the config drops loses our entry; others' entries and their order stay", async () => {
  const { kubectl } = scene.cluster;
  await createNamespaces(kubectl, [{ name: "dropped" }], { accounts: true });
  await kubectl(["create", "serviceaccount", "builder", "--namespace=dropped"]);
  const prod = await scene.deploy("dropped", {
    namespace: "dropping",
    serviceAccounts: ["default", "builder"],
  });
  const linking = (...serviceAccounts: string[]) => [{ namespaces: "dropped", serviceAccounts }];
  await prod.sweep(linking("default", "builder"));
  const entries = ["theirs-2", "ecr-pull", "theirs-1"].map((name) => ({ name }));
  const patch = JSON.stringify({ imagePullSecrets: entries });
  const builder = ["serviceaccount", "builder", "--namespace=dropped"];
  await kubectl(["patch", ...builder, "--type=merge", `--patch=${patch}`]);

  const report = await prod.sweep(linking("default"));

  expect(report).toMatchObject({ outcome: "ok", counts: { current: 1, unlinked: 1 } });
  const after = (await readAccounts(kubectl, "builder")).get("dropped");
  expect(after?.imagePullSecrets).toEqual([{ name: "theirs-2" }, { name: "theirs-1" }]);
  await expect(entriesIn("dropped")).resolves.toEqual(["ecr-pull"]);
});

test("an account that a person has linked, and the config never asked for, keeps its link", async () => {
  const { kubectl } = scene.cluster;
  await kubectl(["create", "serviceaccount", "by-hand", "--namespace=dropped"]);
  const patch = JSON.stringify({ imagePullSecrets: [{ name: "ecr-pull" }] });
  const account = ["serviceaccount", "by-hand", "--namespace=dropped"];
  await kubectl(["patch", ...account, "--type=merge", `--patch=${patch}`]);
  const prod = await scene.deploy("dropped", {
    namespace: "dropping-2",
    serviceAccounts: ["default", "builder", "by-hand"],
  });

  const report = await prod.sweep([{ namespaces: "dropped" }]);

  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
  const after = (await readAccounts(kubectl, "by-hand")).get("dropped");
  expect(after?.imagePullSecrets).toEqual([{ name: "ecr-pull" }]);
});

test("what we may no longer take out is said with the command that does", async () => {
  const { kubectl } = scene.cluster;
  await createNamespaces(kubectl, [{ name: "narrowed" }], { accounts: true });
  await kubectl(["create", "serviceaccount", "builder", "--namespace=narrowed"]);
  const wide = await scene.deploy("narrowed", {
    namespace: "narrowing",
    serviceAccounts: ["default", "builder"],
  });
  await wide.sweep([{ namespaces: "narrowed", serviceAccounts: ["default", "builder"] }]);

  const narrow = await scene.deploy("narrowed", { namespace: "narrowing-2" });
  const report = await narrow.sweep([{ namespaces: "narrowed", serviceAccounts: ["default"] }]);

  expect(report).toMatchObject({ outcome: "ok", counts: { current: 1, unlinked: 0 } });
  expect(report.notices).toMatchObject([
    {
      kind: "link-left",
      namespace: "narrowed",
      hint: "kubectl edit serviceaccount -n narrowed builder",
    },
  ]);
});

test("the command for it takes out our entry, and refuses once that has moved", async () => {
  const { kubectl } = scene.cluster;
  const entries = ["theirs-2", "ecr-pull", "theirs-1"].map((name) => ({ name }));
  const patch = JSON.stringify({ imagePullSecrets: entries });
  const builder = ["serviceaccount", "builder", "--namespace=narrowed"];
  await kubectl(["patch", ...builder, "--type=merge", `--patch=${patch}`]);
  const seen = { namespace: "narrowed", name: "builder" };
  const imagePullSecrets = entries.map(({ name }) => name);
  const { hint = "" } = linkLeft("ecr-pull", { ...seen, imagePullSecrets });
  const [, quoted = ""] = /-p '(.*)'$/.exec(hint) ?? [];
  const byHand = ["patch", ...builder, "--type=json", "-p", quoted];

  await kubectl(byHand);

  await expect(kubectl(byHand)).rejects.toThrow("The request is invalid");
  const after = (await readAccounts(kubectl, "builder")).get("narrowed");
  expect(after?.imagePullSecrets).toEqual([{ name: "theirs-2" }, { name: "theirs-1" }]);
});
