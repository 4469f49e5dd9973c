/** `unregister` as somebody types it. */
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
const cluster = [...place, "--kubeconfig", "cluster.yaml"];

test("takes back what register made, after showing it", async () => {
  expect(await scene.run(["register", "prod-eu", ...cluster, "--yes"])).toMatchObject({
    exitCode: 0,
  });
  scene.cluster.state.createSecret("ecr-pull-secrets", "notes");
  await expectGolden(
    "unregister-dry-run",
    await scene.run(["unregister", "prod-eu", ...cluster, "--dry-run"]),
  );
  await expectGolden(
    "unregister-no-terminal",
    await scene.run(["unregister", "prod-eu", ...cluster]),
  );
  await expectGolden(
    "unregister-all",
    await scene.run(["unregister", "prod-eu", ...cluster, "--yes"]),
  );
  await expectGolden(
    "unregister-again",
    await scene.run(["unregister", "prod-eu", ...cluster, "--yes", "--output", "json"]),
  );
});

test("of a cluster that can't be reached says how to remove its record alone", async () => {
  const gone = await scene.startCluster(["shop"]);
  await scene.write("gone.yaml", gone.kubeconfig());
  scene.register("prod", "edge-7", {
    cluster: gone,
    tags: { "expires-at": new Date(Date.now() + 11 * 3_600_000 + 90_000).toISOString() },
  });
  await gone.stop();
  const at = [...place, "--kubeconfig", "gone.yaml"];
  await expectGolden(
    "unregister-unreachable",
    await scene.run(["unregister", "edge-7", ...at, "--yes"]),
  );
  await expectGolden(
    "unregister-gone",
    await scene.run(["unregister", "edge-7", ...place, "--cluster-gone", "--yes"]),
  );
});

test("of an EKS cluster that is gone says so, too", async () => {
  const server = "https://0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com";
  const args = ["eks", "get-token", "--cluster-name", "shop", "--region", "us-east-1"];
  const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", args };
  const named = { name: "shop" };
  const kubeconfig = {
    "current-context": "shop",
    contexts: [{ ...named, context: { cluster: "shop", user: "shop" } }],
    clusters: [{ ...named, cluster: { server } }],
    users: [{ ...named, user: { exec } }],
  };
  scene.aws.secrets.create("ecr-pull-secrets/prod/clusters/prod-us", JSON.stringify(kubeconfig));
  const finished = await scene.run(["unregister", "prod-us", ...place, "--dry-run"]);
  await expectGolden("unregister-eks-gone", finished);
});

test("refuses a context that leads to another cluster", async () => {
  const other = await scene.startCluster([]);
  scene.register("prod", "other", { cluster: other });
  await expectGolden(
    "unregister-other-server",
    await scene.run(["unregister", "other", ...cluster, "--yes"]),
  );
});
