import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogue, passed } from "../../src/checks/catalogue.ts";
import { checkReportSchema } from "../../src/checks/check-report-schema.ts";
import type { StageReport } from "../../src/checks/stage-report.ts";
import { parseConfig } from "../../src/config/load.ts";
import { desiredPullSecrets } from "../../src/refresh/desired.ts";
import { demandOf, digestOf } from "../../src/rights/demand.ts";
import { RefreshEventError } from "../../src/worker/refresh-event.ts";
import { type FakeRegistries, startRegistries } from "../fakes/registry/registries.ts";
import { accountToken, grantRights } from "../unit/checks/granted-rights.ts";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { expectGolden } from "./golden.ts";

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const ours = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const theirs = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

let scene: DeployedScene;
let registries: FakeRegistries;
beforeAll(async () => {
  registries = await startRegistries([ours, theirs]);
  scene = await startDeployedScene(registries.exchanges);
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
afterAll(() => Promise.all([scene[Symbol.asyncDispose](), registries.close()]));

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

describe.concurrent("check --image", () => {
  const role = "arn:aws:iam::123456789012:role/pull";
  const config = `
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["*"], exclude: [default, "kube-*"] }
    serviceAccounts: [default]
    registries:
      - { type: ecr, region: us-east-1 }
      - { type: ecr, region: eu-west-1, accounts: ["111122223333"], roleArn: "${role}" }
`;

  beforeAll(async () => {
    scene.aws.addRole(role);
    registries.addEcr(ours).push("team/app", "1.4");
    registries
      .addEcr(theirs)
      .deny(
        "team/app",
        "User: arn:aws:sts::123456789012:assumed-role/pull/ecr-pull-secrets-images is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/team/app because no resource-based policy allows the ecr:BatchGetImage action",
      );
    await scene.deploy("images", undefined, config);
    await deployBeside("images");
    scene.register("images", "factory");
  });

  const check = (image: string, ...more: readonly string[]) =>
    scene.run(["check", "factory", "--image", image, "--stage", "images", ...more]);

  test.each([
    ["check-image-found", `${ours}/team/app:1.4`],
    ["check-image-missing", `${ours}/team/app:1.5`],
    ["check-image-refused", `${theirs}/team/app:1.4`],
    ["check-image-uncovered", "ghcr.io/team/app:1.4"],
  ])("%s", async (name, image) => {
    await expectGolden(name, await check(image));
  });

  test("has the policies as objects with --output json", async () => {
    const { stdout, exitCode } = await check(`${theirs}/team/app`, "--output", "json");
    const { clusters } = JSON.parse(stdout) as StageReport;
    const { policies = [] } = clusters[0]?.checks.find(({ check: of }) => /image$/.test(of)) ?? {};
    expect(policies.map(({ policy }) => policy.Statement)).toMatchObject([
      [{ Effect: "Allow", Principal: { AWS: role } }],
      [{ Effect: "Allow", Resource: "arn:aws:ecr:eu-west-1:111122223333:repository/team/app" }],
    ]);
    expect(exitCode).toBe(1);
  });

  test("looks from here with --local, with its own credentials", async () => {
    const finished = await check("ghcr.io/team/app", "--local", "--output", "json");
    const { clusters } = JSON.parse(finished.stdout) as StageReport;
    expect(clusters[0]?.checks.map(({ message }) => message)).toContain(
      "ghcr.io/team/app:latest: none of the cluster's pull secrets has a login for ghcr.io",
    );
  });

  test("takes no report for an answer that says nothing of the image", async () => {
    const checks = [passed(catalogue.record)];
    const at = new Date().toISOString();
    await scene.deploy("overlooks", ({ cluster }) => {
      return { cluster, owner: "", at, outcome: "ok", checks };
    });
    await scene.deploy("refuses", () => {
      throw new RefreshEventError("expected something else");
    });
    for (const [stage, golden] of [
      ["overlooks", "check-image-overlooks"],
      ["refuses", "check-image-refuses"],
    ] as const) {
      await deployBeside(stage);
      const finished = await scene.run(["check", "eu", "--image", "nginx", "--stage", stage]);
      await expectGolden(golden, finished);
      expect(finished.exitCode).toBe(1);
    }
  });
});
