/** `register` for other kinds of access than a ServiceAccount's, and for all clusters at once. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { expectGolden } from "./golden.ts";

let scene: DeployedScene;
beforeAll(async () => {
  scene = await startDeployedScene();
  await scene.deploy("prod");
});
afterAll(() => scene[Symbol.asyncDispose]());

const place = ["--stage", "prod", "--region", "us-east-1"];
const target = [...place, "--kubeconfig", "cluster.yaml"];

test("--eks names what isn't there, and what a cluster without access entries needs", async () => {
  const { url: endpoint, ca } = scene.cluster;
  scene.aws.eks.createCluster("old", { endpoint, ca });
  const eks = ["register", "prod-us", ...target, "--yes", "--eks"];
  await expectGolden("register-eks-missing", await scene.run([...eks, "prod-us"]));
  await expectGolden("register-eks-config-map", await scene.run([...eks, "old"]));
});

test("--eks gives a local cluster no way in that only the function's role has", async () => {
  const { url: endpoint, ca } = scene.cluster;
  scene.aws.eks.createCluster("plant", { endpoint, ca, authenticationMode: "API" });
  await scene.deploy("inside", undefined, `localClusters: [plant]\n${scene.config}`);
  const eks = ["register", "plant", ...target, "--stage", "inside", "--yes", "--eks", "plant"];
  const finished = await scene.run(eks);
  await expectGolden("register-local-eks", finished);
  expect(finished.exitCode).toBe(1);
  expect(scene.aws.secrets.read("ecr-pull-secrets/inside/clusters/plant")).toBeUndefined();
});

test("--as-is refuses what may more than it needs, and lists it", async () => {
  const asIs = ["register", "by-hand", ...target, "--as-is", "--yes"];
  await expectGolden("register-as-is-wide", await scene.run(asIs));
});

test("--all brings the rights of all clusters up to the config, and names those it can't", async () => {
  const first = await scene.run(["register", "prod-eu", ...target, "--yes"]);
  expect(first.exitCode).toBe(0);
  const grown = `${scene.config}  - { name: more, registries: [{ type: ecr, region: us-east-1 }] }\n`;
  await scene.deploy("prod", undefined, grown);
  const other = await scene.startCluster(["shop"]);
  await scene.write("other.yaml", other.kubeconfig());
  const elsewhere = ["register", "elsewhere", ...place, "--kubeconfig", "other.yaml", "--yes"];
  expect(await scene.run(elsewhere)).toMatchObject({ exitCode: 0 });

  const all = ["register", "--all", ...target];
  await expectGolden("register-all-dry-run", await scene.run([...all, "--dry-run"]));
  await expectGolden("register-all", await scene.run([...all, "--yes"]));
  await expectGolden("register-all-recheck", await scene.run([...all, "--recheck", "--yes"]));

  const renewed = await scene.run([...all, "--renew", "--yes", "--output", "json"]);
  const { clusters, problems } = JSON.parse(renewed.stdout);
  expect(clusters).toMatchObject([{ cluster: "prod-eu", record: "replaced", outcome: "ok" }]);
  expect(problems).toMatchObject([{ message: expect.stringContaining("elsewhere: no context") }]);
  expect(renewed.exitCode).toBe(1);
});

test("--all stands for no cluster by name", async () => {
  const one = await scene.run(["register", "prod-eu", "--all", ...target, "--yes"]);
  expect(one).toMatchObject({ exitCode: 2 });
  expect(one.stderr).toContain("say different things");
});
