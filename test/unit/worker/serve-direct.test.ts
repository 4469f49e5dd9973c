import { describe, expect, test } from "vitest";
import { checkReportSchema } from "../../../src/checks/check-report-schema.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { canary, scenes } from "./worker-scene.ts";

const start = scenes();

const keptLoginConfig = JSON.stringify({
  schedule: "rate(10 minutes)",
  pullSecrets: [
    {
      name: "ghcr",
      namespaces: ["a"],
      registries: [
        { type: "static", host: "ghcr.io", secretId: "ecr-pull-secrets/registries/ghcr" },
      ],
    },
  ],
});

describe("a direct call", () => {
  test("sweeps, notes what it found, and answers with the report as JSON", async () => {
    const scene = await start(["a", "b"]);
    const cluster = await scene.startCluster("eu");
    const { serve, swept } = scene.newFunction();
    const answer = await serve({ cluster: "eu" });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(answer).toMatchObject({
      cluster: "eu",
      outcome: "ok",
      counts: { created: 2 },
      soonestExpiry: "2026-11-22T00:00:00.000Z",
    });
    expect(swept).toEqual([answer]);
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(2);
    expect(scene.tags("eu")).toEqual({ "expires-at": "2026-11-22T00:00:00Z" });
  });

  test("plans, and changes nothing, anywhere", async () => {
    const scene = await start(["a", "b"]);
    const cluster = await scene.startCluster("eu");
    const answer = await scene.newFunction().serve({ cluster: "eu", mode: "plan" });
    expect(answer).toMatchObject({
      cluster: "eu",
      namespaces: { selected: 2 },
      changes: [
        { change: "create", namespace: "a" },
        { change: "create", namespace: "b" },
      ],
    });
    expect(cluster.requests.every(({ verb }) => verb === "list")).toBe(true);
    expect(scene.aws.requests.map(({ action }) => action)).toEqual([
      "secretsmanager:GetSecretValue",
    ]);
    expect(scene.tags("eu")).toEqual({});
  });

  test("tells how the secrets fare, and changes nothing", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    const { serve } = scene.newFunction();
    await serve({ cluster: "eu", mode: "sweep" });
    cluster.state.createNamespace("b");
    cluster.forgetRequests();
    await expect(serve({ cluster: "eu", mode: "status" })).resolves.toMatchObject({
      cluster: "eu",
      secrets: [
        { namespace: "a", pullSecret: "ecr-pull", state: "current" },
        { namespace: "b", pullSecret: "ecr-pull", state: "missing" },
      ],
      soonestExpiry: "2026-11-22T00:00:00.000Z",
    });
    expect(cluster.requests.every(({ verb }) => verb === "list")).toBe(true);
    expect(scene.aws.count("secretsmanager:TagResource")).toBe(1);
  });
});

describe("a direct check", () => {
  test("tells of the whole way to a cluster, and changes nothing", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    const answer = await scene.newFunction().serve({ cluster: "eu", mode: "check" });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    // The record is an administrator's, who may far too much.
    expect(answer).toMatchObject({ cluster: "eu", outcome: "failed" });
    expect(checkReportSchema.parse(answer)).toEqual(answer);
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(0);
    expect(scene.tags("eu")).toEqual({});
  });

  test("goes by the version of a kept login that sweeps go by", async () => {
    const scene = await start(["a"]);
    await scene.startCluster("eu");
    const login = JSON.stringify({ username: "someone", password: canary });
    scene.aws.secrets.create("ecr-pull-secrets/registries/ghcr", login);
    const { pullSecrets } = parseConfig(keptLoginConfig, "config/test.yml");
    const { serve } = scene.newFunction({ pullSecrets });
    await serve({ cluster: "eu", mode: "sweep" });
    await expect(serve({ cluster: "eu", mode: "check" })).resolves.toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({
          check: "the pull secrets are as the config asks",
          message: expect.stringMatching(/^1 up to date, 1 of \d namespaces selected$/),
        }),
      ]),
    });
  });

  test("looks for an image, and says what came of it", async () => {
    const scene = await start(["a"]);
    await scene.startCluster("eu");
    const { serve } = scene.newFunction();
    const asked = { cluster: "eu", mode: "check", image: "ghcr.io/team/app" };
    const answer = await serve(asked);
    expect(checkReportSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({ check: "the registry lets the cluster pull the image" }),
      ]),
    });
  });

  test("of a cluster that isn't registered says so", async () => {
    const scene = await start();
    await expect(scene.newFunction().serve({ cluster: "gone", mode: "check" })).resolves.toEqual({
      cluster: "gone",
      outcome: "unregistered",
    });
  });

  test("that runs out of time says what it was waiting for", async () => {
    const scene = await start();
    const cluster = await scene.startCluster("eu");
    cluster.fault({ times: 1_000, do: { type: "hang" } });
    const { serve } = scene.newFunction();
    await expect(serve({ cluster: "eu", mode: "check" }, 5_300)).resolves.toMatchObject({
      outcome: "failed",
      checks: expect.arrayContaining([
        expect.objectContaining({
          check: "the API server's version is supported",
          result: "failed",
          message: "stopped before the API server answered",
        }),
      ]),
    });
  });
});

describe.each(["sweep", "plan", "status"])("a direct %s", (mode) => {
  test("of a cluster out of reach answers with a failed report", async () => {
    const scene = await start(["a"]);
    await (await scene.startCluster("dead")).stop();
    await expect(scene.newFunction().serve({ cluster: "dead", mode })).resolves.toMatchObject({
      cluster: "dead",
      outcome: "failed",
      failures: [{ kind: "unreachable" }],
    });
    const tags = mode === "sweep" ? { "failing-since": "2026-11-21T12:00:00Z" } : {};
    expect(scene.tags("dead")).toEqual(tags);
  });

  test.each(["gone", "../other", `${"x".repeat(99)}-`, "a b", "__proto__"])(
    "of %j, which isn't registered, says so",
    async (cluster) => {
      const scene = await start();
      const { serve, swept } = scene.newFunction();
      const answer = await serve({ cluster, mode });
      expect(answer).toEqual({ cluster, outcome: "unregistered" });
      expect(swept).toEqual([]);
    },
  );

  test("of a record that is no kubeconfig answers with a failed report", async () => {
    const scene = await start();
    scene.register("odd", `- ${canary}`);
    await expect(scene.newFunction().serve({ cluster: "odd", mode })).resolves.toMatchObject({
      cluster: "odd",
      outcome: "failed",
      failures: [{ kind: "kubeconfig" }],
    });
  });

  test("where the record may not be read answers with a failed report", async () => {
    const scene = await start();
    scene.register("eu", canary);
    scene.aws.deny("secretsmanager:GetSecretValue");
    await expect(scene.newFunction().serve({ cluster: "eu", mode })).resolves.toMatchObject({
      outcome: "failed",
      failures: [{ kind: "store" }],
    });
  });
});
