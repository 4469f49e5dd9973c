/** Linking service accounts, while others write to them too. */
import { describe, expect, test } from "vitest";
import { calls, numbered, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const pullSecrets = [{ serviceAccounts: ["default"] }];
const toAccount = { method: "PATCH", path: "/api/v1/namespaces/web/serviceaccounts/default" };
const conflict = { type: "status", code: 409, reason: "Conflict" } as const;

describe("a service account", () => {
  test("that somebody edits between our read and our patch keeps both entries", async () => {
    const scene = await startScene({ namespaces: ["web", "api"] });
    const edit = { imagePullSecrets: [{ name: "theirs" }], metadata: { labels: { by: "them" } } };
    const between = () => scene.cluster.state.editServiceAccount("web", "default", edit);
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { linked: 2 } });
    expect(scene.cluster.state.imagePullSecrets("web", "default")).toEqual(["theirs", "ecr-pull"]);
    expect(scene.cluster.state.imagePullSecrets("api", "default")).toEqual(["ecr-pull"]);
  });

  test("that somebody links for us meanwhile is left as it is", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const edit = { imagePullSecrets: [{ name: "ecr-pull" }, { name: "theirs" }] };
    const between = () => scene.cluster.state.editServiceAccount("web", "default", edit);
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { linked: 0 } });
    expect(scene.cluster.state.imagePullSecrets("web", "default")).toEqual(["ecr-pull", "theirs"]);
  });

  test("that others keep writing to is linked in the end", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    scene.cluster.fault({ on: toAccount, times: 7, do: conflict });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { linked: 1 } });
  });

  test("that others never leave alone is reported, and its secret is there", async () => {
    const scene = await startScene({ namespaces: ["web", "api"] });
    const fault = scene.cluster.fault({ on: toAccount, times: 100, do: conflict });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 2, linked: 1 } });
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["web"] }]);
    expect(fault.hits).toBe(8);
  });

  test("that is deleted meanwhile is not a failure", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const between = () => scene.cluster.state.deleteServiceAccount("web", "default");
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 1, linked: 0 } });
  });

  test("that we may not patch fails alone, with the right that is missing", async () => {
    const scene = await startScene({ namespaces: numbered(3) });
    scene.cluster.fault({
      on: { method: "PATCH", path: "/api/v1/namespaces/team-2/serviceaccounts/default" },
      do: { type: "status", code: 403, reason: "Forbidden" },
    });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 3, linked: 2 } });
    expect(report.failures).toMatchObject([
      {
        kind: "forbidden",
        namespaces: ["team-2"],
        hint: expect.stringContaining("register <cluster>"),
      },
    ]);
  });

  test("whose secret belongs to somebody else isn't linked", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    scene.cluster.state.createSecret("web", "ecr-pull", { data: { a: "1" } });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { linked: 0 } });
    expect(scene.cluster.state.imagePullSecrets("web", "default")).toEqual([]);
  });

  test("keeps an entry without a name, which the API allows", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const edit = { imagePullSecrets: [{}, { name: "theirs" }] };
    scene.cluster.state.editServiceAccount("web", "default", edit);
    await scene.sweep({ pullSecrets });
    const patch = scene.cluster.requests.find(({ path }) => path === toAccount.path);
    expect(JSON.parse(patch?.body ?? "{}").imagePullSecrets).toEqual([
      {},
      { name: "theirs" },
      { name: "ecr-pull" },
    ]);
  });
});

test("a link that was lost is made again, without a write to the secret", async () => {
  const scene = await startScene({ namespaces: ["web"] });
  await scene.sweep({ pullSecrets });
  scene.cluster.state.editServiceAccount("web", "default", { imagePullSecrets: null });
  scene.cluster.forgetRequests();
  const report = await scene.sweep({ pullSecrets });
  expect(report).toMatchObject({ outcome: "ok", counts: { linked: 1, current: 1, minted: 0 } });
  expect(calls(scene)).toEqual({
    "list namespaces": 1,
    "list secrets": 1,
    "list serviceaccounts": 1,
    "patch serviceaccounts": 1,
  });
});

test("two pull secrets are both linked to the account that they share", async () => {
  const scene = await startScene({ namespaces: numbered(20) });
  const report = await scene.sweep({
    pullSecrets: [...pullSecrets, { name: "other-pull", serviceAccounts: ["default"] }],
  });
  expect(report).toMatchObject({ outcome: "ok", counts: { created: 40, linked: 40 } });
  for (const namespace of numbered(20)) {
    expect(scene.cluster.state.imagePullSecrets(namespace, "default")?.toSorted()).toEqual([
      "ecr-pull",
      "other-pull",
    ]);
  }
});

test("all accounts of a namespace are linked where the config says so", async () => {
  const rights = [
    { resources: ["namespaces", "serviceaccounts"], verbs: ["list", "patch"] },
    { resources: ["secrets"], resourceNames: ["ecr-pull"], verbs: ["list", "create", "patch"] },
  ];
  const scene = await startScene({ namespaces: ["web"], rights });
  scene.cluster.state.createServiceAccount("web", "builder", ["theirs"]);
  const report = await scene.sweep({ pullSecrets: [{ serviceAccounts: ["*"] }] });
  expect(report).toMatchObject({ outcome: "ok", counts: { linked: 2 } });
  expect(scene.cluster.state.imagePullSecrets("web", "builder")).toEqual(["theirs", "ecr-pull"]);
  // Other namespaces' accounts are listed with them, and left alone.
  expect(scene.cluster.state.imagePullSecrets("default", "default")).toEqual([]);
});
