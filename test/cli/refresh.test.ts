import { describe, expect, test } from "vitest";
import { z } from "zod";
import { generationOf, makeWorkload } from "../unit/refresh/workload-scene.ts";
import { expectGolden } from "./golden.ts";
import { startScene } from "./scene.ts";

const reportShape = z.looseObject({
  cluster: z.literal("fake"),
  owner: z.literal("123456789012/us-east-1/local"),
  outcome: z.enum(["ok", "failed"]),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  namespaces: z.strictObject({ known: z.number(), selected: z.number() }),
  counts: z.record(z.string(), z.number()),
  soonestExpiry: z.iso.datetime().nullable(),
  secrets: z.array(z.looseObject({ namespace: z.string(), result: z.string() })),
  failures: z.array(z.looseObject({ kind: z.string(), namespaces: z.array(z.string()) })),
});

const planShape = z.looseObject({
  cluster: z.literal("fake"),
  changes: z.array(z.record(z.string(), z.string())),
  current: z.number(),
  problems: z.array(z.unknown()),
});

const pullSecret = "ecr-pull";
const namespaces = ["shop", "team-a", "team-b"];

describe.concurrent("refresh", () => {
  test("shows the plan, does it, and has nothing to do afterwards", async () => {
    await using scene = await startScene(namespaces);
    const target = [...scene.target, "--service-account", "default"];

    const dryRun = await scene.run(["refresh", ...target, "--dry-run"]);
    await expectGolden("refresh-dry-run", dryRun);
    expect(scene.cluster.state.secretsNamed(pullSecret).size).toBe(0);
    expect(scene.aws.tokens).toEqual([]);

    const first = await scene.run(["refresh", ...target, "--yes"]);
    await expectGolden("refresh-first", first);
    expect([...scene.cluster.state.secretsNamed(pullSecret).keys()].sort()).toEqual([
      "default",
      ...namespaces,
    ]);
    expect(scene.cluster.state.imagePullSecrets("shop", "default")).toEqual([pullSecret]);
    expect(scene.aws.tokens).toHaveLength(1);

    scene.cluster.forgetRequests();
    const second = await scene.run(["refresh", ...target, "--yes"]);
    await expectGolden("refresh-second", second);
    expect(scene.cluster.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(scene.aws.tokens).toHaveLength(1);

    expect([dryRun, first, second].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  test("prints nothing but the report with --output json", async () => {
    await using scene = await startScene(namespaces);
    const args = ["refresh", ...scene.target, "--yes", "--output", "json"];

    const finished = await scene.run([...args, "--namespaces", "shop; team-?"]);

    expect(finished.exitCode).toBe(0);
    const report = reportShape.parse(JSON.parse(finished.stdout));
    expect(report).toMatchObject({
      outcome: "ok",
      namespaces: { known: 7, selected: 3 },
      counts: { created: 3, current: 0, failed: 0, minted: 1 },
      failures: [],
    });
    expect(report.secrets.map(({ namespace }) => namespace)).toEqual(namespaces);
    const lifetimeMs = Date.parse(report.soonestExpiry ?? "") - Date.parse(report.startedAt);
    expect(lifetimeMs / 3_600_000).toBeCloseTo(12, 1);
  });

  test("follows a config file", async () => {
    await using scene = await startScene(namespaces);
    const roleArn = "arn:aws:iam::111122223333:role/pull";
    scene.aws.addRole(roleArn);
    await scene.write(
      "own.yml",
      `
pullSecrets:
  - name: here
    clusters: [fake]
    namespaces: { include: ["team-*"], exclude: [team-b] }
    registries:
      - { type: ecr, region: eu-west-1, roleArn: "${roleArn}" }
      - { type: ecr, region: us-east-1 }
  - name: elsewhere
    clusters: [other]
    registries: [{ type: ecr, region: us-east-1 }]
`,
    );

    const finished = await scene.run(["refresh", ...scene.target, "--yes", "--config", "own.yml"]);

    await expectGolden("refresh-config", finished);
    expect(finished.exitCode).toBe(0);
    expect([...scene.cluster.state.secretsNamed("here").keys()]).toEqual(["team-a"]);
    expect(scene.cluster.state.secretsNamed("elsewhere").size).toBe(0);
    expect(scene.aws.tokens).toHaveLength(2);
  });

  test("rolls workloads, and takes out links that the config has dropped", async () => {
    await using scene = await startScene(namespaces);
    const config = (more: string) => `
pullSecrets:
  - name: regcred
    namespaces: [team-a, team-b, shop]
    registries: [{ type: ecr, region: us-east-1 }]
${more}`;
    const target = [...scene.target, "--config", "own.yml"];
    await scene.write("own.yml", config("    serviceAccounts: [default]"));
    await scene.run(["refresh", ...target, "--yes"]);
    makeWorkload(scene, "team-a");
    makeWorkload(scene, "team-b", { spec: { paused: true } });
    await scene.write("own.yml", config("    restart: [deployment/docker-registry]"));

    const plan = await scene.run(["plan", ...target]);
    const finished = await scene.run(["refresh", ...target, "--yes"]);

    await expectGolden("plan-restart", plan);
    await expectGolden("refresh-restart", finished);
    expect([plan.exitCode, finished.exitCode]).toEqual([0, 0]);
    expect(scene.cluster.state.imagePullSecrets("shop", "default")).toEqual([]);
    expect(generationOf(scene, "team-a")).toBe(2);
  });

  test("puts right what was edited, and skips a namespace that is going", async () => {
    await using scene = await startScene(namespaces);
    await scene.run(["refresh", ...scene.target, "--yes"]);
    scene.cluster.state.deleteNamespace("team-b");
    scene.cluster.state.createNamespace("team-c");
    scene.cluster.state.editSecret("shop", pullSecret, {
      data: { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") },
    });

    const plan = await scene.run(["plan", ...scene.target]);
    const finished = await scene.run(["refresh", ...scene.target, "--yes"]);

    await expectGolden("plan-edited", plan);
    await expectGolden("refresh-edited", finished);
    expect([plan.exitCode, finished.exitCode]).toEqual([0, 0]);
  });
});

describe.concurrent("plan", () => {
  test("says what would change and why, changes nothing, and mints nothing", async () => {
    await using scene = await startScene(namespaces);
    scene.cluster.state.createSecret("shop", pullSecret, { data: { key: "value" } });

    const finished = await scene.run(["plan", ...scene.target]);

    await expectGolden("plan", finished);
    expect(finished.exitCode).toBe(1);
    expect(scene.cluster.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(scene.aws.count("ecr:GetAuthorizationToken")).toBe(0);
  });

  test("prints no colour into a pipe, whatever the environment asks for", async () => {
    await using scene = await startScene(namespaces);
    const env = { FORCE_COLOR: "1", CLICOLOR_FORCE: "1", TERM: "xterm-256color", COLUMNS: "40" };

    // Libraries ask their environment when they are loaded.
    const finished = await scene.runProcess(["plan", ...scene.target], { env });

    expect(finished.exitCode).toBe(0);
    expect(finished.stdout).toContain("  create ecr-pull in 4 namespaces · missing\n");
  });

  test("prints nothing but the plan with --output json", async () => {
    await using scene = await startScene(namespaces);

    const finished = await scene.run(["plan", ...scene.target, "--output", "json"]);

    expect(finished.exitCode).toBe(0);
    const plan = planShape.parse(JSON.parse(finished.stdout));
    expect(plan).toMatchObject({ current: 0, problems: [] });
    expect(plan.changes).toEqual(
      ["default", ...namespaces].map((namespace) => ({
        change: "create",
        namespace,
        pullSecret,
        reason: "missing",
      })),
    );
  });
});
