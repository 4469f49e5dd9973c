/** Accounts that the config has dropped, while others write to them too. */
import { describe, expect, test } from "vitest";
import { calls, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const both = [{ serviceAccounts: ["default", "builder"] }];
const dropped = [{ serviceAccounts: ["default"] }];
const builderPath = (namespace: string) =>
  `/api/v1/namespaces/${namespace}/serviceaccounts/builder`;
const allAccounts = [
  { resources: ["namespaces", "serviceaccounts"], verbs: ["list", "patch"] },
  { resources: ["secrets"], resourceNames: ["ecr-pull"], verbs: ["list", "create", "patch"] },
];
const conflict = { type: "status", code: 409, reason: "Conflict" } as const;

/** With both accounts linked in each of these namespaces, between entries of others. */
async function startLinked(namespaces: readonly string[], pullSecrets: object[] = both) {
  const scene = await startScene({ namespaces });
  for (const namespace of namespaces) {
    scene.cluster.state.createServiceAccount(namespace, "builder", ["theirs-1"]);
  }
  await scene.sweep({ pullSecrets });
  for (const namespace of namespaces) {
    const names = ["theirs-1", "ecr-pull", "theirs-2"];
    const imagePullSecrets = names.map((name) => ({ name }));
    scene.cluster.state.editServiceAccount(namespace, "builder", { imagePullSecrets });
  }
  scene.cluster.forgetRequests();
  return scene;
}

const linksOf = ({ cluster }: Scene, namespace: string, name = "builder") =>
  cluster.state.imagePullSecrets(namespace, name);

test("a name that the config drops is unlinked, and nothing else changes", async () => {
  const scene = await startLinked(["web", "api"]);
  const report = await scene.sweep({ pullSecrets: dropped });
  expect(report).toMatchObject({
    outcome: "ok",
    counts: { current: 2, linked: 0, unlinked: 2, minted: 0 },
    notices: [],
  });
  expect(report.unlinks).toContainEqual({
    namespace: "web",
    serviceAccount: "builder",
    pullSecret: "ecr-pull",
  });
  for (const namespace of ["web", "api"]) {
    expect(linksOf(scene, namespace)).toEqual(["theirs-1", "theirs-2"]);
    expect(linksOf(scene, namespace, "default")).toEqual(["ecr-pull"]);
  }
  expect(calls(scene)).toEqual({
    "list namespaces": 1,
    "list secrets": 1,
    "list serviceaccounts": 2,
    "patch serviceaccounts": 2,
  });
});

test("where all namespaces are named, it is looked at in these", async () => {
  const named = { namespaces: ["web", "api"] };
  const scene = await startLinked(["web", "api"], [{ ...both[0], ...named }]);
  const report = await scene.sweep({ pullSecrets: [{ ...dropped[0], ...named }] });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 2 } });
  expect(calls(scene)).toEqual({
    "list secrets": 2,
    "list serviceaccounts": 4,
    "patch serviceaccounts": 2,
  });
});

test("it is looked at until the secret is next written, and then no more", async () => {
  const scene = await startLinked(["web"]);
  await scene.sweep({ pullSecrets: dropped });
  scene.passHours(6.1);
  await scene.sweep({ pullSecrets: dropped });
  scene.cluster.forgetRequests();
  scene.cluster.state.editServiceAccount("web", "builder", {
    imagePullSecrets: [{ name: "ecr-pull" }],
  });
  const report = await scene.sweep({ pullSecrets: dropped });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 0 } });
  expect(linksOf(scene, "web")).toEqual(["ecr-pull"]);
  expect(calls(scene)["list serviceaccounts"]).toBe(1);
});

test("an account that a person has linked stays, though its name is like no other", async () => {
  const scene = await startLinked(["web"], dropped);
  const report = await scene.sweep({ pullSecrets: [{}] });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
  expect(linksOf(scene, "web")).toEqual(["theirs-1", "ecr-pull", "theirs-2"]);
  expect(linksOf(scene, "web", "default")).toEqual([]);
});

test("of all accounts, those that are still wanted keep their link", async () => {
  const scene = await startScene({ namespaces: ["web"], rights: allAccounts });
  scene.cluster.state.createServiceAccount("web", "builder", ["theirs"]);
  await scene.sweep({ pullSecrets: [{ serviceAccounts: ["*"] }] });
  const report = await scene.sweep({ pullSecrets: dropped });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
  expect(linksOf(scene, "web")).toEqual(["theirs"]);
  expect(linksOf(scene, "web", "default")).toEqual(["ecr-pull"]);
});

describe("an account", () => {
  test("that others keep writing to is unlinked in the end", async () => {
    const scene = await startLinked(["web"]);
    const on = { method: "PATCH", path: builderPath("web") };
    const fault = scene.cluster.fault({ on, times: 7, do: conflict });
    const report = await scene.sweep({ pullSecrets: dropped });
    expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
    expect(fault.hits).toBe(7);
  });

  test("that others never leave alone is reported, and tried again", async () => {
    const scene = await startLinked(["web", "api"]);
    const on = { method: "PATCH", path: builderPath("web") };
    const fault = scene.cluster.fault({ on, times: 8, do: conflict });
    const report = await scene.sweep({ pullSecrets: dropped });
    expect(report).toMatchObject({ outcome: "failed", counts: { unlinked: 1 } });
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["web"] }]);
    expect(fault.hits).toBe(8);
    const next = await scene.sweep({ pullSecrets: dropped });
    expect(next).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
  });

  test("that somebody edits between our read and our patch keeps their entries", async () => {
    const scene = await startLinked(["web"]);
    const imagePullSecrets = [{ name: "ecr-pull" }, { name: "theirs-3" }];
    const between = () =>
      scene.cluster.state.editServiceAccount("web", "builder", { imagePullSecrets });
    const report = await scene.sweep({ pullSecrets: dropped, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 1 } });
    expect(linksOf(scene, "web")).toEqual(["theirs-3"]);
  });

  test.each([
    ["deleted", ({ state }: Scene["cluster"]) => state.deleteServiceAccount("web", "builder")],
    [
      "unlinked by somebody",
      ({ state }: Scene["cluster"]) =>
        state.editServiceAccount("web", "builder", { imagePullSecrets: null }),
    ],
  ])("that is %s meanwhile is no failure", async (_, change) => {
    const scene = await startLinked(["web"]);
    const between = () => change(scene.cluster);
    const report = await scene.sweep({ pullSecrets: dropped, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 0 } });
  });
});

describe("without the right to it any more", () => {
  test("to patch: what to do by hand is said, and it is no failure", async () => {
    const scene = await startLinked(["web"]);
    scene.cluster.fault({
      on: { method: "PATCH", path: builderPath("web") },
      do: { type: "status", code: 403, reason: "Forbidden" },
    });
    const report = await scene.sweep({ pullSecrets: dropped });
    expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 0 } });
    expect(report.notices).toMatchObject([
      {
        kind: "link-left",
        namespace: "web",
        message: expect.stringContaining("service account builder"),
        hint:
          "kubectl patch serviceaccount -n web builder --type=json -p " +
          '\'[{"op":"test","path":"/imagePullSecrets/1/name","value":"ecr-pull"},' +
          '{"op":"remove","path":"/imagePullSecrets/1"}]\'',
      },
    ]);
  });

  test("to list: so too, in each namespace whose secret remembers it", async () => {
    const scene = await startLinked(["web", "api"]);
    scene.cluster.fault({
      on: { method: "GET", path: "/api/v1/serviceaccounts" },
      after: 1,
      do: { type: "status", code: 403, reason: "Forbidden" },
    });
    const report = await scene.sweep({ pullSecrets: dropped });
    expect(report).toMatchObject({ outcome: "ok", counts: { current: 2, unlinked: 0 } });
    expect(report.notices).toMatchObject([
      { kind: "link-left", namespace: "api", hint: "kubectl edit serviceaccount -n api builder" },
      { kind: "link-left", namespace: "web", hint: "kubectl edit serviceaccount -n web builder" },
    ]);
    expect(linksOf(scene, "web")).toContain("ecr-pull");
  });
});

test("without the right to list all accounts any more, where they are to be found is said", async () => {
  const linkAll = [{ serviceAccounts: ["*"] }];
  const scene = await startScene({ namespaces: ["web"], rights: allAccounts });
  await scene.sweep({ pullSecrets: linkAll });
  scene.cluster.fault({
    on: { method: "GET", path: "/api/v1/serviceaccounts" },
    after: 1,
    do: { type: "status", code: 403, reason: "Forbidden" },
  });
  const report = await scene.sweep({ pullSecrets: dropped });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 0 } });
  expect(report.notices).toMatchObject([
    {
      kind: "link-left",
      namespace: "web",
      message: expect.stringContaining("no longer links all service accounts to secret ecr-pull"),
      hint: expect.stringMatching(/^kubectl get serviceaccounts -n web -o 'custom-columns=/),
    },
  ]);
});

test("a note of all accounts that somebody made up hides no name that others remember", async () => {
  const scene = await startLinked(["web", "evil"]);
  const annotations = { "ecr-pull-secrets/service-accounts": '["*"]' };
  scene.cluster.state.editSecret("evil", "ecr-pull", { metadata: { annotations } }, "somebody");
  const report = await scene.sweep({ pullSecrets: dropped });
  expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 2 } });
  expect(report.notices).toMatchObject([{ kind: "link-left", namespace: "evil" }]);
  expect(linksOf(scene, "web")).toEqual(["theirs-1", "theirs-2"]);
});

describe("a secret that is pruned", () => {
  const wide = [{ ...both[0], prune: true }];

  test("goes after its links, of dropped names too", async () => {
    const scene = await startLinked(["keep", "web"], wide);
    const pullSecrets = [{ ...dropped[0], namespaces: { include: ["keep*"] }, prune: true }];
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { unlinked: 3, deleted: 1 } });
    expect(linksOf(scene, "web")).toEqual(["theirs-1", "theirs-2"]);
    expect(linksOf(scene, "web", "default")).toEqual([]);
    const done = scene.cluster.requests.map(({ verb, path }) => `${verb} ${path}`);
    const deletion = done.indexOf("delete /api/v1/namespaces/web/secrets/ecr-pull");
    expect(done.indexOf(`patch ${builderPath("web")}`)).toBeLessThan(deletion);
    expect(deletion).toBe(done.length - 1);
  });

  test("waits while a link to it can't be taken out", async () => {
    const scene = await startLinked(["keep-1", "web"], wide);
    const pullSecrets = [{ ...both[0], namespaces: { include: ["keep*"] }, prune: true }];
    const on = { method: "PATCH", path: builderPath("web") };
    scene.cluster.fault({ on, times: 8, do: conflict });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { unlinked: 1, deleted: 0 } });
    const next = await scene.sweep({ pullSecrets });
    expect(next).toMatchObject({ outcome: "ok", counts: { unlinked: 1, deleted: 1 } });
  });
});
