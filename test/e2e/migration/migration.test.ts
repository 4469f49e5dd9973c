/**
 * From each older tool to our example of its name: what the tool left is taken over in place, while
 * the API server is looked at every 50 ms. At no moment is there a namespace without a valid secret.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNamespaces } from "../sweep/contents.ts";
import type { SweepResult } from "../sweep/deployment.ts";
import { type ClusterWatch, watchCluster } from "./cluster-watch.ts";
import { runRegistryCredsForGcr } from "./older-tools.ts";
import { type Migration, readExample, type Scene, startScene } from "./scene.ts";
import { type OlderTool, olderTools, theirs, withTheirs } from "./tools.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  const names = olderTools.flatMap(({ namespaces }) => namespaces);
  const namespaces = names.filter((name) => name !== "default").map((name) => ({ name }));
  await createNamespaces(scene.cluster.kubectl, namespaces, { accounts: true });
  const key = JSON.stringify({ type: "service_account", private_key: "of GCR" });
  await scene.keep("ecr-pull-secrets/registries/gcr", key, key);
  for (const [id, password] of Object.entries({ acr: "of ACR", own: "of our own" })) {
    const login = JSON.stringify({ username: "robot", password });
    await scene.keep(`ecr-pull-secrets/registries/${id}`, login, password);
  }
});
afterAll(() => scene?.stop());

/** As the tool's schedule does it. */
async function runTool(
  { namespaces, login: { server, region }, run }: OlderTool,
  inBetween?: () => Promise<unknown>,
): Promise<void> {
  const password = await scene.mintElsewhere(region);
  await run(scene, { namespaces, login: { server, username: "AWS", password }, inBetween });
}

async function leaveWhatIsTheirs({ namespaces, secret }: OlderTool): Promise<void> {
  for (const namespace of namespaces) {
    const left = await scene.api.get("secrets", namespace, secret);
    await scene.api.replace("kubectl-edit", "secrets", withTheirs(left));
  }
}

function startWatch({ secret, type, ...tool }: OlderTool): ClusterWatch {
  const secrets = [{ name: secret, type }];
  return watchCluster(scene.api, { ...tool, secrets, isValid: scene.isLive });
}

describe.each(olderTools)("$name", (tool) => {
  const { name, secret, namespaces, overwrites, hosts } = tool;
  let migration: Migration;
  let watch: ClusterWatch;

  beforeAll(async () => {
    await runTool(tool);
    await leaveWhatIsTheirs(tool);
    migration = await scene.migrateTo(name, [await readExample(name, secret)]);
    watch = startWatch(tool);
  });
  afterAll(() => watch?.[Symbol.asyncDispose]());

  const uidsSeen = () => [...watch.uids().values()].map(({ size }) => size);

  /** Looks at all that was so far, and begins anew. */
  async function expectNoGap(): Promise<void> {
    await watch.lookAgain();
    await watch[Symbol.asyncDispose]();
    expect(watch.gaps()).toEqual([]);
    expect(uidsSeen(), "UIDs by namespace").toEqual(namespaces.map(() => 1));
    watch = startWatch(tool);
  }

  const everywhere = (result: string) => namespaces.map(() => result);
  const resultsOf = ({ secrets }: SweepResult) =>
    secrets.filter(({ namespace }) => namespaces.includes(namespace)).map(({ result }) => result);
  const contents = () =>
    Promise.all(namespaces.map((namespace) => scene.api.get("secrets", namespace, secret)));

  test("what the tool left stays as it is until `adopt` says otherwise", async () => {
    const left = await contents();

    const report = await migration.sweepWith({ adopt: false });

    expect(resultsOf(report)).toEqual(everywhere("failed"));
    expect(report.failures).toContainEqual(
      expect.objectContaining({
        kind: "conflict",
        namespaces: expect.arrayContaining([...namespaces]),
        hint: expect.stringContaining("`adopt: true`"),
      }),
    );
    expect(await contents()).toEqual(left);
  });

  test("it is taken over in place, and what else stood on it stays", async () => {
    const report = await migration.sweep(() => watch.lookAgain());

    expect(report).toMatchObject({ outcome: "ok", failures: [] });
    expect(resultsOf(report)).toEqual(everywhere("adopted"));
    for (const { metadata, data } of await contents()) {
      expect(metadata.annotations).toMatchObject({
        ...theirs.annotations,
        "ecr-pull-secrets/owner": migration.owner,
      });
      expect(metadata.labels).toMatchObject(theirs.labels);
      expect(data).toMatchObject(theirs.data);
    }
    const again = await migration.sweep();
    expect(resultsOf(again)).toEqual(everywhere("current"));
    expect(again).toMatchObject({ outcome: "ok", links: [] });
    await expectNoGap();
  });

  test("another run of the tool is put right, once", async () => {
    await runTool(tool, () => watch.lookAgain());
    if (overwrites === "made-anew") {
      // That gap is the tool's own: it deletes before it creates, and the watch sees it.
      await watch[Symbol.asyncDispose]();
      const gaps = namespaces.flatMap((namespace) =>
        hosts.map((host) => `${namespace}: nothing that is linked opens ${host}`),
      );
      expect(watch.gaps()).toEqual(gaps);
      expect(uidsSeen()).toEqual(namespaces.map(() => 2));
      watch = startWatch(tool);
    }

    const report = await migration.sweep(() => watch.lookAgain());

    const result = overwrites === "changed" ? "restored" : "adopted";
    expect(resultsOf(report)).toEqual(everywhere(result));
    expect(resultsOf(await migration.sweep())).toEqual(everywhere("current"));
    await expectNoGap();
  });

  test("a tool that goes on and on is not fought over without end", async () => {
    const results: string[][] = [];
    for (let round = 2; round <= 4; round += 1) {
      await runTool(tool);
      results.push(resultsOf(await migration.sweep()));
    }

    // Where the whole object was replaced, the count of rewrites went with it: then one write of ours
    // answers each of the tool's, which has hours in between. Every other tool is given up.
    const all =
      overwrites === "changed" ? ["restored", "restored", "failed"] : Array(3).fill("adopted");
    expect(results).toEqual(all.map(everywhere));
    if (overwrites !== "made-anew") await expectNoGap();
  });

  test("the secrets outlive the tool's own last token, without `adopt`", async () => {
    for (const halfLife of ["first", "second"]) {
      scene.clock.passHalfLife();
      const report = await migration.sweepWith({ adopt: false });
      expect(report, halfLife).toMatchObject({ outcome: "ok", failures: [] });
      expect(new Set(resultsOf(report))).not.toContain("current");
    }
    await watch.lookAgain();
    for (const namespace of namespaces) {
      const { metadata, type } = await scene.api.get("secrets", namespace, secret);
      expect(type).toBe(tool.type);
      expect(metadata.annotations?.["ecr-pull-secrets/owner"]).toBe(migration.owner);
    }
  });
});

test("a secret of the old format stays until pods have another beside it", async () => {
  const { api, cluster, keep, isLive } = scene;
  const namespace = "legacy";
  const kubectl = (...args: string[]) => cluster.kubectl([...args, `--namespace=${namespace}`]);
  await createNamespaces(cluster.kubectl, [{ name: namespace }], { accounts: true });
  await keep("registries/old-gcr", "unused", "ya29.old");
  const login = { server: "https://gcr.io", username: "oauth2accesstoken", password: "ya29.old" };
  await runRegistryCredsForGcr(api, { namespaces: [namespace], login });
  await using watch = watchCluster(api, {
    secrets: [
      { name: "gcr-secret", type: "kubernetes.io/dockercfg" },
      { name: "gcr", type: "kubernetes.io/dockerconfigjson" },
    ],
    namespaces: [namespace],
    hosts: ["gcr.io"],
    linked: true,
    isValid: isLive,
  });
  const { registries = [] } = await readExample("registry-creds", "awsecr-cred");
  const wanted = {
    namespaces: [namespace],
    serviceAccounts: ["default"],
    registries: registries.filter((registry) => "host" in registry && registry.host === "gcr.io"),
    adopt: true,
  };
  const left = await api.get("secrets", namespace, "gcr-secret");

  const sameName = await scene.migrateTo("legacy", [{ ...wanted, name: "gcr-secret" }]);
  const refused = await sameName.sweep();

  expect(refused).toMatchObject({ outcome: "failed", failures: [{ kind: "conflict" }] });
  const [{ message, hint = "" } = { message: "" }] = refused.failures;
  expect(message).toContain("gcr-secret has another type");
  expect(hint).toContain("give this pull secret another name");
  expect(await api.get("secrets", namespace, "gcr-secret")).toEqual(left);

  const beside = await scene.migrateTo("legacy", [{ ...wanted, name: "gcr" }]);
  await expect(beside.sweep()).resolves.toMatchObject({
    outcome: "ok",
    links: [{ serviceAccount: "default" }],
  });
  await watch.lookAgain();
  const unlink = [
    { op: "test", path: "/imagePullSecrets/0/name", value: "gcr-secret" },
    { op: "remove", path: "/imagePullSecrets/0" },
  ];
  await kubectl(
    "patch",
    "serviceaccount",
    "default",
    "--type=json",
    `--patch=${JSON.stringify(unlink)}`,
  );
  await watch.lookAgain();
  const [, remedy = ""] = /kubectl (delete secret .*)$/.exec(hint) ?? [];
  await cluster.kubectl(remedy.split(" "));
  await watch.lookAgain();

  expect(watch.gaps()).toEqual([]);
  await expect(api.list("secrets", "gcr-secret")).resolves.toEqual([]);
});
