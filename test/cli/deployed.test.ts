import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { expectGolden } from "./golden.ts";

const hours = (number: number) => new Date(Date.now() + number * 3_600_000).toISOString();
const reports = z.array(z.looseObject({ cluster: z.string(), outcome: z.string() }));

let scene: DeployedScene;
beforeAll(async () => {
  scene = await startDeployedScene();
  const [us, dead] = await Promise.all([scene.startCluster(["web"]), scene.startCluster([])]);
  await dead.stop();
  us.state.createSecret("web", "ecr-pull", { data: { key: "value" } });
  await scene.deploy("prod");
  scene.register("prod", "eu");
  scene.register("prod", "us", { cluster: us });
  scene.register("prod", "factory", { cluster: dead });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe("a stage with three clusters, one fine, one with a foreign secret, one dead", () => {
  test("is refreshed, and every cluster is visited", async () => {
    const plan = await scene.run(["refresh", "eu", "--dry-run", "--stage", "prod"]);
    await expectGolden("deployed-dry-run", plan);
    expect(plan.exitCode).toBe(0);
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(0);

    const all = await scene.run(["refresh", "--yes", "--stage", "prod"]);
    await expectGolden("deployed-refresh-all", all);
    expect(all.exitCode).toBe(1);
    expect([...scene.cluster.state.secretsNamed("ecr-pull").keys()].sort()).toEqual([
      ...["shop", "team-a"],
    ]);
    expect(scene.aws.secrets.read("ecr-pull-secrets/prod/clusters/factory")?.tags).toHaveProperty(
      "ecr-pull-secrets:failing-since",
    );

    const one = await scene.run(["refresh", "eu", "--stage", "prod"]);
    await expectGolden("deployed-refresh-again", one);
    expect(one.exitCode).toBe(0);

    const status = await scene.run(["status", "--stage", "prod"]);
    await expectGolden("deployed-status-all", status);
    expect(status.exitCode).toBe(1);

    const listed = await scene.run(["list", "--stage", "prod"]);
    await expectGolden("deployed-list-swept", listed);
    expect(listed.exitCode).toBe(0);
  });

  test("answers in JSON: an array, whose members say what failed", async () => {
    const finished = await scene.run([
      "plan",
      "us",
      "factry",
      "--stage",
      "prod",
      "--output",
      "json",
    ]);
    expect(finished.exitCode).toBe(1);
    const [us, factry] = reports.parse(JSON.parse(finished.stdout));
    expect(us).toMatchObject({
      cluster: "us",
      outcome: "failed",
      problems: [{ kind: "conflict" }],
    });
    expect(factry).toMatchObject({
      cluster: "factry",
      outcome: "unregistered",
      failures: [{ hint: expect.stringContaining("did you mean factory?") }],
    });
  });
});

describe.concurrent("what stands in the way of asking the function", () => {
  test("a name that isn't registered: the nearest one that is", async () => {
    const finished = await scene.run(["status", "factoyr", "nobody", "--stage", "prod"]);
    await expectGolden("deployed-unregistered", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("a function that breaks", async () => {
    await scene.deploy("broken", () => {
      throw new Error("token of the cluster: eyJhbGciOi");
    });
    const finished = await scene.run(["refresh", "a", "b", "--stage", "broken"]);
    await expectGolden("deployed-broken", finished);
    expect(finished.exitCode).toBe(1);
    expect(finished.stdout + finished.stderr).not.toContain("eyJ");
  });

  test("a function of another version", async () => {
    await scene.deploy("older", ({ cluster }) => ({ cluster, outcome: "ok", swept: 3 }));
    const finished = await scene.run(["refresh", "a", "--stage", "older"]);
    await expectGolden("deployed-other-version", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("a stage that isn't deployed there", async () => {
    await scene.write("config/dev.yml", scene.config);
    const finished = await scene.run(["status", "--stage", "dev"]);
    await expectGolden("deployed-not-there", finished);
    expect(finished).toMatchObject({ exitCode: 1, stdout: "" });
  });

  test("a caller who may not ask: it is said once", async () => {
    await scene.deploy("guarded");
    const resource = "arn:aws:lambda:*:function:ecr-pull-secrets-guarded-refresh";
    scene.aws.deny("lambda:InvokeFunction", { resource });
    const finished = await scene.run(["status", "a", "b", "c", "--stage", "guarded"]);
    await expectGolden("deployed-denied", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("nobody is registered yet", async () => {
    await scene.deploy("empty");
    const finished = await scene.run(["list"], { env: { ECR_PULL_SECRETS_STAGE: "empty" } });
    await expectGolden("deployed-empty", finished);
    expect(finished.exitCode).toBe(0);
  });
});

describe.concurrent("a stage that nobody names", () => {
  test("is the only one that is deployed, of those with a config", async () => {
    const cwd = join(scene.folder, "only");
    await mkdir(join(cwd, "config"), { recursive: true });
    await scene.write("only/config/prod.yml", scene.config);
    await scene.write("only/config/never.yml", scene.config);
    const finished = await scene.run(["list", "--output", "json"], { cwd });
    expect(finished).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Stage prod") });
    const listing = z.object({ clusters: z.array(z.looseObject({ cluster: z.string() })) });
    const { clusters } = listing.parse(JSON.parse(finished.stdout));
    expect(clusters.map(({ cluster }) => cluster).sort()).toEqual(["eu", "factory", "us"]);
  });

  test("is none, where several are", async () => {
    await scene.deploy("zeta");
    const finished = await scene.run(["plan"]);
    expect(finished).toMatchObject({ exitCode: 2, stdout: "" });
    expect(finished.stderr).toMatch(/several stages are deployed: .*prod.*, zeta/);
  });
});

test("a registered cluster is swept from here, for a stage that Lambda can't do it for", async () => {
  await scene.write("config/here.yml", scene.config);
  const plant = await scene.startCluster(["line-1"]);
  scene.register("here", "plant", { cluster: plant });

  const finished = await scene.run(["refresh", "plant", "--local", "--stage", "here"]);

  await expectGolden("deployed-local", finished);
  expect(finished.exitCode).toBe(0);
  const owner = plant.state.secret("line-1", "ecr-pull")?.metadata.annotations?.[
    "ecr-pull-secrets/owner"
  ];
  expect(owner).toBe("123456789012/us-east-1/here");
  expect(scene.aws.secrets.read("ecr-pull-secrets/here/clusters/plant")?.tags).toHaveProperty(
    "ecr-pull-secrets:expires-at",
  );
});

describe("clusters that are left to runners", () => {
  beforeAll(async () => {
    const eu = await scene.startCluster(["web"]);
    const plant = await scene.startCluster(["line-1"]);
    await scene.deploy("mixed", undefined, `localClusters: ["plant-*"]\n${scene.config}`);
    scene.aws.rules.put("ecr-pull-secrets-mixed-dispatch", "ENABLED");
    scene.aws.queues.create("ecr-pull-secrets-mixed-refresh-dlq.fifo");
    scene.register("mixed", "eu", { cluster: eu });
    scene.register("mixed", "plant-1", { cluster: plant, tags: { "expires-at": hours(7.1) } });
    scene.register("mixed", "plant-2", {
      cluster: plant,
      tags: { "expires-at": hours(3.1), "failing-since": hours(-2.1) },
    });
  });

  test("are passed over by what is asked of all", async () => {
    const all = await scene.run(["status", "--stage", "mixed"]);
    await expectGolden("local-status-all", all);
    const swept = await scene.run(["refresh", "--yes", "--stage", "mixed", "--output", "json"]);
    expect(reports.parse(JSON.parse(swept.stdout))).toMatchObject([
      { cluster: "eu", outcome: "ok" },
      { cluster: "plant-1", outcome: "local", failures: [] },
      { cluster: "plant-2", outcome: "local", failures: [] },
    ]);
    expect([all, swept].map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test("fail a command that names one, which says what to do", async () => {
    const named = await scene.run(["refresh", "plant-1", "--stage", "mixed"]);
    await expectGolden("local-named", named);
    expect(named.exitCode).toBe(1);
  });

  test("are listed as what they are", async () => {
    await expectGolden("local-list", await scene.run(["list", "--stage", "mixed"]));
    const json = await scene.run(["list", "--stage", "mixed", "--output", "json"]);
    const { clusters } = JSON.parse(json.stdout);
    expect(clusters).toMatchObject([
      { cluster: "plant-2", local: true, state: "failing" },
      { cluster: "plant-1", local: true, state: "ok" },
      { cluster: "eu", local: false },
    ]);
  });

  test("are checked by what their records tell", async () => {
    const well = await scene.run(["check", "plant-1", "--stage", "mixed"]);
    await expectGolden("local-check", well);
    const failing = await scene.run(["check", "plant-2", "--stage", "mixed"]);
    expect(failing.stdout).toContain("ecr-pull-secrets refresh plant-2 --local --stage mixed");
    expect([well, failing].map(({ exitCode }) => exitCode)).toEqual([0, 1]);
  });

  test("are swept from a place that reaches them", async () => {
    const swept = await scene.run(["refresh", "plant-2", "--local", "--stage", "mixed"]);
    expect(swept).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("✔ plant-2: 1 created"),
    });
    const { tags } = scene.aws.secrets.read("ecr-pull-secrets/mixed/clusters/plant-2") ?? {};
    expect(Object.keys(tags ?? {})).toEqual(["ecr-pull-secrets:expires-at"]);
  });
});

test("a list tells each cluster's trouble, worst first, from its tags alone", async () => {
  await scene.write("config/tags.yml", scene.config);
  const credential = `${hours(-240)}/${hours(480.1)}`;
  const fine = { "expires-at": hours(7.1), credential };
  scene.register("tags", "fine", { tags: fine });
  scene.register("tags", "outdated", { tags: { ...fine, rbac: "0123456789abcdef" } });
  scene.register("tags", "new");
  scene.register("tags", "over", {
    tags: { ...fine, "expires-at": hours(-1.1), "failing-since": hours(-7.1) },
  });
  scene.register("tags", "stale", { tags: { ...fine, "rotation-failing-since": hours(-30) } });
  scene.aws.secrets.create("ecr-pull-secrets/tags/clusters/no/cluster", "x");
  const asked = scene.cluster.requests.length;

  const finished = await scene.run(["list", "--stage", "tags"]);

  await expectGolden("deployed-list", finished);
  expect(finished.exitCode).toBe(0);
  expect(scene.cluster.requests).toHaveLength(asked);
});

describe.concurrent("many clusters", () => {
  const names = Array.from({ length: 14 }, (_, index) => `c-${index}`);

  test("Ctrl-C: what was begun is waited for, nothing new is begun, and all of it is told", async () => {
    const answers = Promise.withResolvers<void>();
    const asked: string[] = [];
    await scene.deploy("slow", async ({ cluster }) => {
      asked.push(cluster);
      await answers.promise;
      return { cluster, outcome: "unregistered" };
    });
    const { child, finished } = scene.start(["refresh", ...names, "--stage", "slow"]);
    while (asked.length < 10) await sleep(10);
    child.kill("SIGINT");
    await sleep(100);
    answers.resolve();

    const { exitCode, stdout, stderr } = await finished;

    expect(exitCode).toBe(130);
    expect(asked).toHaveLength(10);
    expect(stderr).toContain("Interrupted: nothing new is begun.");
    expect(stdout).toContain("c-10, c-11, c-12, c-13: interrupted before this was begun");
    expect(stdout).toContain("14 clusters: 10 not registered, 4 interrupted");
  });
});
