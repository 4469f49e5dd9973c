/** Workloads that read their secret only when they start: they roll once for each new content. */
import { describe, expect, test } from "vitest";
import { calls, type Scene, scenes } from "./sweep-scene.ts";
import { deploymentIn, generationOf, makeWorkload, noteOn } from "./workload-scene.ts";

const startScene = scenes();
const restart = ["deployment/docker-registry"];
const pullSecrets = [{ namespaces: "proxy", restart }];
const deploymentPath = "/apis/apps/v1/namespaces/proxy/deployments/docker-registry";
const toDeployment = { method: "PATCH", path: deploymentPath };
const toSecret = { method: "PATCH", path: "/api/v1/namespaces/proxy/secrets/ecr-pull" };

async function startProxy(spec: object = {}) {
  const scene = await startScene({ namespaces: ["proxy"] });
  makeWorkload(scene, "proxy", { spec });
  return scene;
}

/** With the proxy's pods started for what the secret holds. */
async function startRolled() {
  const scene = await startProxy();
  await scene.sweep({ pullSecrets });
  scene.cluster.forgetRequests();
  return scene;
}

function editSecret({ cluster }: Scene): void {
  const data = { ".dockerconfigjson": Buffer.from("{}").toString("base64") };
  cluster.state.editSecret("proxy", "ecr-pull", { data }, "other-tool");
}

test("a workload rolls with the first secret, once per renewal, and not in between", async () => {
  const scene = await startProxy();
  const first = await scene.sweep({ pullSecrets });
  expect(first).toMatchObject({
    outcome: "ok",
    counts: { created: 1, restarted: 1 },
    restarts: [
      {
        namespace: "proxy",
        workload: "deployment/docker-registry",
        pullSecrets: ["ecr-pull"],
        reason: "its pods weren't started for it yet",
      },
    ],
  });
  const generations = [generationOf(scene, "proxy")];
  for (const hours of [0, 3, 3.1, 0, 6.1]) {
    scene.passHours(hours);
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", notices: [] });
    expect(report.counts.restarted).toBe(report.counts.renewed);
    generations.push(generationOf(scene, "proxy"));
  }
  expect(generations).toEqual([2, 2, 2, 3, 3, 4]);
});

test("one that is as it should be costs one list", async () => {
  const scene = await startRolled();
  await scene.sweep({ pullSecrets });
  expect(calls(scene)).toEqual({ "list secrets": 1, "list deployments": 1 });
});

test("in many namespaces, it is one list for all of them; in named ones, one for each", async () => {
  const scene = await startScene({ namespaces: ["proxy", "other"] });
  const lists = async (namespaces: unknown) => {
    scene.cluster.forgetRequests();
    await scene.sweep({ pullSecrets: [{ restart, namespaces }] });
    const paths = scene.cluster.requests.map(({ verb, path }) => `${verb} ${path}`);
    return paths.filter((each) => each.startsWith("list /apis/")).sort();
  };
  expect(await lists({ include: ["*"], exclude: ["kube-*"] })).toEqual([
    "list /apis/apps/v1/deployments",
  ]);
  expect(await lists(["proxy", "other"])).toEqual([
    "list /apis/apps/v1/namespaces/other/deployments",
    "list /apis/apps/v1/namespaces/proxy/deployments",
  ]);
});

test("it rolls after the secret is written, for just what it holds then", async () => {
  const scene = await startProxy();
  await scene.sweep({ pullSecrets });
  const verbs = scene.cluster.requests.map(({ verb, path }) => `${verb} ${path.split("/").at(-2)}`);
  expect(verbs.slice(-2)).toEqual(["patch secrets", "patch deployments"]);
  const secret = scene.cluster.state.find("Secret", "ecr-pull", "proxy");
  const { annotations } = secret?.metadata ?? {};
  expect(noteOn(scene, "proxy")).toEqual({
    "ecr-pull": {
      shape: annotations?.["ecr-pull-secrets/shape"],
      registries: JSON.parse(annotations?.["ecr-pull-secrets/registries"] ?? ""),
    },
  });
});

test("it rolls once the accounts are linked: its pods pull by what theirs says then", async () => {
  const scene = await startProxy();
  const path = "/api/v1/namespaces/proxy/serviceaccounts/default";
  const conflict = { type: "status", code: 409, reason: "Conflict" } as const;
  scene.cluster.fault({ on: { method: "PATCH", path }, do: conflict });
  await scene.sweep({
    pullSecrets: [{ namespaces: "proxy", restart, serviceAccounts: ["default"] }],
  });
  const done = scene.cluster.requests.map(({ verb, path }) => `${verb} ${path}`);
  expect(done.lastIndexOf(`patch ${path}`)).toBeGreaterThan(-1);
  expect(done.lastIndexOf(`patch ${path}`)).toBeLessThan(done.indexOf(`patch ${deploymentPath}`));
});

describe("a sweep that ends between the write and the restart", () => {
  test.each([
    ["before the restart", { type: "status", code: 503, reason: "ServiceUnavailable" }, 99],
    ["when it was made", { type: "reset-after" }, 99],
  ] as const)("%s: the next one rolls it, once in all", async (_, action, times) => {
    const scene = await startProxy();
    const fault = scene.cluster.fault({ on: toDeployment, times, do: action });
    const report = await scene.sweep({ pullSecrets });
    expect(fault.hits).toBeGreaterThan(0);
    expect(report).toMatchObject({ counts: { created: 1 } });
    fault.remove();
    for (const __ of [1, 2]) await scene.sweep({ pullSecrets });
    expect(generationOf(scene, "proxy")).toBe(2);
  });

  test("is told to stop: that is said, and made up for", async () => {
    const scene = await startProxy();
    const stop = new AbortController();
    const onApplied = () => stop.abort("deadline");
    const report = await scene.sweep({ pullSecrets, stop: stop.signal, onApplied });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, restarted: 0 } });
    expect(report.failures).toMatchObject([{ kind: "deadline", namespaces: ["proxy"] }]);
    const next = await scene.sweep({ pullSecrets });
    expect(next).toMatchObject({ outcome: "ok", counts: { current: 1, restarted: 1 } });
    expect(generationOf(scene, "proxy")).toBe(2);
  });

  test("is made up for while another of the secret's registries can't be had", async () => {
    const scene = await startProxy();
    const lost = { type: "ecr", region: "eu-west-1", roleArn: "arn:aws:iam::111122223333:role/no" };
    const both = [{ ...pullSecrets[0], registries: [{ type: "ecr", region: "us-east-1" }, lost] }];
    const fault = scene.cluster.fault({
      on: toDeployment,
      times: 99,
      do: { type: "status", code: 503, reason: "ServiceUnavailable" },
    });
    await scene.sweep({ pullSecrets: both });
    fault.remove();
    const report = await scene.sweep({ pullSecrets: both });
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, restarted: 1 } });
    expect(generationOf(scene, "proxy")).toBe(2);
  });
});

describe("a secret that wasn't written", () => {
  test.each([
    ["that is due", startRolled],
    [
      "that is new",
      async () => {
        const scene = await startScene({ namespaces: ["proxy"] });
        await scene.sweep({ pullSecrets });
        makeWorkload(scene, "proxy");
        return scene;
      },
    ],
  ])("makes no workload roll %s: what it holds isn't known", async (_, start) => {
    const scene = await start();
    scene.passHours(6.1);
    scene.cluster.fault({
      on: toSecret,
      times: 99,
      do: { type: "status", code: 503, reason: "ServiceUnavailable" },
    });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1, restarted: 0 } });
    expect(calls(scene)).not.toHaveProperty("patch deployments");
  });

  test("makes nothing roll if somebody else holds it", async () => {
    const scene = await startProxy();
    scene.cluster.state.createSecret("proxy", "ecr-pull", { data: { a: "1" } });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { restarted: 0 } });
    expect(generationOf(scene, "proxy")).toBe(1);
  });
});

test("whoever fights over the secret can't make it roll more than once per half-life", async () => {
  const scene = await startRolled();
  const generations: number[] = [];
  for (let sweep = 1; sweep <= 12; sweep += 1) {
    scene.passHours(1);
    editSecret(scene);
    await scene.sweep({ pullSecrets });
    generations.push(generationOf(scene, "proxy"));
  }
  expect(generations).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4]);
});

describe("a workload", () => {
  test("that somebody writes between our look and our patch rolls all the same", async () => {
    const scene = await startProxy();
    const between = () =>
      scene.cluster.state.edit(deploymentIn("proxy"), { metadata: { labels: { by: "them" } } });
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 1 } });
    expect(noteOn(scene, "proxy")).toHaveProperty("ecr-pull");
  });

  test("that others never leave alone is reported, and rolls with the next sweep", async () => {
    const scene = await startProxy();
    const conflict = { type: "status", code: 409, reason: "Conflict" } as const;
    const fault = scene.cluster.fault({ on: toDeployment, times: 3, do: conflict });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, restarted: 0 } });
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["proxy"] }]);
    expect(fault.hits).toBe(3);
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { restarted: 1 } });
  });

  test("whose restart was answered by nobody counts as restarted", async () => {
    const scene = await startProxy();
    scene.cluster.fault({ on: toDeployment, times: 1, do: { type: "reset-after" } });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 1 } });
    expect(generationOf(scene, "proxy")).toBe(2);
  });

  test("that is deleted meanwhile is no failure", async () => {
    const scene = await startProxy();
    const between = () => scene.cluster.state.delete(deploymentIn("proxy"));
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 1, restarted: 0 } });
  });

  test("that isn't there is a notice, where the config names the namespace", async () => {
    const scene = await startScene({ namespaces: ["proxy", "other"] });
    const report = await scene.sweep({
      pullSecrets: [{ namespaces: ["proxy", "other"], restart }],
    });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 2, restarted: 0 } });
    expect(report.notices).toMatchObject([
      {
        kind: "restart-pending",
        namespace: "proxy",
        message: "deployment/docker-registry, which the config restarts, is not there",
        hint: expect.stringContaining("`restart`"),
      },
      { kind: "restart-pending", namespace: "other" },
    ]);
  });

  test("that is in some of many namespaces is as it should be; in none, one notice", async () => {
    const scene = await startScene({ namespaces: ["proxy", "other"] });
    const everywhere = [{ restart }];
    const none = await scene.sweep({ pullSecrets: everywhere });
    expect(none.notices).toMatchObject([
      {
        kind: "restart-pending",
        namespace: "*",
        message: expect.stringContaining("in none of the selected namespaces"),
      },
    ]);
    makeWorkload(scene, "proxy");
    const report = await scene.sweep({ pullSecrets: everywhere });
    expect(report).toMatchObject({ outcome: "ok", notices: [], counts: { restarted: 1 } });
  });

  test("that is paused waits, and rolls once it goes on", async () => {
    const scene = await startProxy({ paused: true });
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 1, restarted: 0 } });
    expect(report.notices).toMatchObject([
      {
        kind: "restart-pending",
        message: expect.stringContaining("is paused"),
        hint: "kubectl rollout resume -n proxy deployment/docker-registry",
      },
    ]);
    expect(generationOf(scene, "proxy")).toBe(1);
    scene.cluster.state.edit(deploymentIn("proxy"), { spec: { paused: false } });
    const next = await scene.sweep({ pullSecrets });
    expect(next).toMatchObject({ outcome: "ok", notices: [], counts: { restarted: 1 } });
  });

  test("that is paused between our look and our patch waits too", async () => {
    const scene = await startProxy();
    const between = () =>
      scene.cluster.state.edit(deploymentIn("proxy"), { spec: { paused: true } });
    const report = await scene.sweep({ pullSecrets, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 0 } });
    expect(report.notices).toMatchObject([{ kind: "restart-pending" }]);
  });

  test("that starts no pod by itself is a notice", async () => {
    const scene = await startScene({ namespaces: ["proxy"] });
    const spec = { updateStrategy: { type: "OnDelete" }, serviceName: "registry" };
    makeWorkload(scene, "proxy", { kind: "statefulset", spec });
    const report = await scene.sweep({
      pullSecrets: [{ namespaces: "proxy", restart: ["statefulset/docker-registry"] }],
    });
    expect(report).toMatchObject({ outcome: "ok", counts: { restarted: 0 } });
    expect(report.notices).toMatchObject([
      { kind: "restart-pending", message: expect.stringContaining("OnDelete") },
    ]);
  });

  test("that we may not look at is a failure with the right that is missing", async () => {
    const scene = await startScene({ namespaces: ["proxy"] });
    const report = await scene.sweep({
      pullSecrets: [{ namespaces: "proxy", restart: ["daemonset/docker-registry"] }],
    });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1 }, notices: [] });
    expect(report.failures).toMatchObject([
      {
        kind: "forbidden",
        pullSecret: "ecr-pull",
        namespaces: ["proxy"],
        hint: expect.stringContaining("register <cluster>"),
      },
    ]);
  });
});

test("it waits for a credential with a whole life, also if somebody writes in between", async () => {
  const scene = await startRolled();
  scene.passHours(3);
  editSecret(scene);
  const early = await scene.sweep({ pullSecrets });
  expect(early).toMatchObject({ counts: { restored: 1, restarted: 0 } });
  scene.passHours(3.1);
  const between = () =>
    scene.cluster.state.editSecret("proxy", "ecr-pull", { metadata: { labels: { by: "them" } } });
  const report = await scene.sweep({ pullSecrets, between });
  expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1, restarted: 1 } });
});

describe("a workload with two pull secrets", () => {
  const both = [
    { namespaces: "proxy", restart },
    { namespaces: "proxy", restart, name: "other-pull" },
  ];

  test("rolls once for both", async () => {
    const scene = await startProxy();
    const report = await scene.sweep({ pullSecrets: both });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 2, restarted: 1 } });
    expect(report.restarts).toMatchObject([
      {
        pullSecrets: ["ecr-pull", "other-pull"],
        reason:
          "ecr-pull: its pods weren't started for it yet; other-pull: its pods weren't started for it yet",
      },
    ]);
    expect(generationOf(scene, "proxy")).toBe(2);
  });

  test("rolls for the one that was written, and again once the other is", async () => {
    const scene = await startProxy();
    const fault = scene.cluster.fault({
      on: { method: "PATCH", path: "/api/v1/namespaces/proxy/secrets/other-pull" },
      times: 99,
      do: { type: "status", code: 503, reason: "ServiceUnavailable" },
    });
    const report = await scene.sweep({ pullSecrets: both });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, restarted: 1 } });
    expect(Object.keys(noteOn(scene, "proxy") ?? {})).toEqual(["ecr-pull"]);
    fault.remove();
    const next = await scene.sweep({ pullSecrets: both });
    expect(next).toMatchObject({ outcome: "ok", counts: { created: 1, restarted: 1 } });
    expect(generationOf(scene, "proxy")).toBe(3);
  });
});
