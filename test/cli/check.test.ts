import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkReportSchema } from "../../src/checks/check-report-schema.ts";
import { parseConfig } from "../../src/config/load.ts";
import { desiredPullSecrets } from "../../src/refresh/desired.ts";
import { demandOf, digestOf } from "../../src/rights/demand.ts";
import { accountToken, grantRights } from "../unit/checks/granted-rights.ts";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { expectGolden } from "./golden.ts";

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

let scene: DeployedScene;
beforeAll(async () => {
  scene = await startDeployedScene();
  await scene.deploy("prod");
  await deployBeside("prod");
  const { aws, cluster } = scene;
  const owner = { account: aws.account, region: aws.region, stage: "prod" };
  const { pullSecrets } = parseConfig(scene.config, "config/prod.yml");
  const desired = desiredPullSecrets(pullSecrets, "eu", owner);
  await grantRights(cluster, { cluster: "eu", owner, desired });
  const kubeconfig = cluster.kubeconfig({ name: "ours", token: accountToken(cluster) });
  aws.secrets.create("ecr-pull-secrets/prod/clusters/eu", kubeconfig, {
    "ecr-pull-secrets:rbac": digestOf(demandOf(desired)),
    "ecr-pull-secrets:expires-at": inHours(8),
  });
});
afterAll(() => scene[Symbol.asyncDispose]());

/** What `check` looks at beside the function. */
async function deployBeside(stage: string, state: "ENABLED" | "DISABLED" = "ENABLED") {
  scene.aws.rules.put(`ecr-pull-secrets-${stage}-dispatch`, state);
  return scene.aws.queues.create(`ecr-pull-secrets-${stage}-refresh-dlq.fifo`);
}

describe.concurrent("check", () => {
  test("shows each check of a stage that is well, and changes nothing", async () => {
    const finished = await scene.run(["check", "--stage", "prod"]);
    await expectGolden("check-well", finished);
    expect(finished.exitCode).toBe(0);
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(0);
  });

  test("looks from here, and prints nothing but the report with --output json", async () => {
    const args = ["check", "eu", "--stage", "prod", "--local", "--output", "json"];
    const finished = await scene.run(args);
    const { stack, clusters, ...report } = JSON.parse(finished.stdout);
    expect(report).toMatchObject({ stage: "prod", region: "us-east-1", outcome: "ok" });
    expect(stack).toHaveLength(3);
    expect(clusters.map((each: unknown) => checkReportSchema.parse(each))).toMatchObject([
      { cluster: "eu", outcome: "ok" },
    ]);
    expect(finished.exitCode).toBe(0);
  });

  test("says what is wrong, where, and what to do, of every cluster", async () => {
    await scene.deploy("sick");
    const { url } = await deployBeside("sick", "DISABLED");
    scene.aws.queues.send(url, "{}");
    const dead = await scene.startCluster([]);
    await dead.stop();
    const failing = { "failing-since": inHours(-2), "expires-at": inHours(5) };
    scene.register("sick", "factory", { cluster: dead, tags: failing });
    scene.register("sick", "handmade");
    scene.aws.secrets.create("ecr-pull-secrets/sick/clusters/odd", "no kubeconfig");

    const finished = await scene.run(["check", "--stage", "sick"]);
    await expectGolden("check-sick", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("takes no answer of another version, and no name of nobody's", async () => {
    const report = (cluster: string) => ({ cluster, outcome: "ok", checks: [] });
    await scene.deploy("older", ({ cluster }) =>
      cluster === "eu" ? report(cluster) : { cluster, outcome: "unregistered" },
    );
    await deployBeside("older");
    const finished = await scene.run(["check", "eu", "ue", "--stage", "older"]);
    await expectGolden("check-other-version", finished);
    expect(finished.exitCode).toBe(1);
  });
});
