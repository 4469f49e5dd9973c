/** Both layers let a sweep do all that it has to do, and a config that grew is told so. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import {
  createNamespaces,
  loginsIn,
  readAccounts,
  readSecret,
  readSecrets,
} from "../sweep/contents.ts";
import { createDeployment, type Deployment, region } from "../sweep/deployment.ts";
import { renderRights, wishFor } from "../sweep/rights.ts";
import { type Scene, startScene } from "../sweep/scene.ts";
import { createWorkload, generationOf } from "../sweep/workloads.ts";
import { clientOf } from "./scene.ts";

const config = {
  name: "ecr-pull",
  namespaces: { include: ["*"], exclude: ["kube-*", "default"], selector: "pull-ecr!=no" },
  serviceAccounts: ["default"],
  adopt: true,
  prune: true,
};
const wanted = ["ecr-pull-secrets", "theirs", "trial", "web"];

let scene: Scene;
let prod: Deployment;
const kubectl: Scene["cluster"]["kubectl"] = (...args) => scene.cluster.kubectl(...args);

beforeAll(async () => {
  scene = await startScene({ controllerManager: true });
  await createNamespaces(
    kubectl,
    ["web", "trial", "theirs"].map((name) => ({ name })),
  );
  const owner = { account: scene.aws.account, region, stage: "prod" };
  const rights = computeRights(wishFor([config], { owner }));
  const kubeconfig = await scene.cluster.serviceAccountKubeconfig(renderRights(rights));
  await using inEffect = await clientOf(scene.cluster, "ecr-pull-secrets");
  void inEffect;
  prod = createDeployment({ ...owner, kubeconfig, clock: scene.clock });
});
afterAll(() => scene?.stop());

describe("a sweep with the rights of its config", () => {
  test("fills the cluster: anew, over a trial's secret, and over one that it adopts", async () => {
    const trial = await scene.deploy("local", { namespace: "trials" });
    await trial.sweep([{ namespaces: "trial" }]);
    const login = ["--docker-username=me", "--docker-password=mine"];
    const theirs = ["secret", "docker-registry", "ecr-pull", "--namespace=theirs", ...login];
    await kubectl(["create", ...theirs]);

    const report = await prod.sweep([config]);

    expect(report).toMatchObject({ outcome: "ok", failures: [] });
    const secrets = await readSecrets(kubectl);
    const owners = [...secrets].map(([namespace, { metadata }]) => {
      return [namespace, metadata.annotations["ecr-pull-secrets/owner"]];
    });
    expect(owners).toEqual([...wanted, "trials"].sort().map((name) => [name, prod.owner]));
    const linked = [...(await readAccounts(kubectl))]
      .filter(([, { imagePullSecrets }]) =>
        imagePullSecrets.some(({ name }) => name === "ecr-pull"),
      )
      .map(([namespace]) => namespace);
    expect(linked).toEqual([...wanted, "trials"].sort());
  });

  test("renews at half-life, and takes back what somebody changed", async () => {
    const before = await readSecret(kubectl, "web");
    const label = ["label", "secret", "ecr-pull", "--namespace=web", "--overwrite"];
    await kubectl([...label, "app.kubernetes.io/managed-by=me", "team=web"]);
    expect(await prod.sweep([config])).toMatchObject({ outcome: "ok", counts: { restored: 1 } });

    scene.clock.passHalfLife();
    expect(await prod.sweep([config])).toMatchObject({ outcome: "ok", counts: { renewed: 5 } });

    const after = await readSecret(kubectl, "web");
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.labels).toMatchObject({ team: "web" });
    expect(loginsIn(after)).not.toEqual(loginsIn(before));
  });

  test("prunes where the config no longer wants it", async () => {
    await kubectl(["label", "namespace", "web", "pull-ecr=no"]);

    expect(await prod.sweep([config])).toMatchObject({ outcome: "ok", counts: { deleted: 1 } });
    expect([...(await readSecrets(kubectl)).keys()]).not.toContain("web");
  });
});

test("a config that selects more than it was granted fails there, and only there", async () => {
  const more = { ...config, namespaces: { include: ["*"], exclude: ["kube-*"] }, prune: false };

  const report = await prod.sweep([more]);

  expect(report.outcome).toBe("failed");
  expect(report.failures).toMatchObject([
    { kind: "forbidden", message: expect.stringContaining("where it selects the namespace") },
  ]);
  expect(report.failures[0]?.namespaces.toSorted()).toEqual(["default", "web"]);
  expect(report.counts).toMatchObject({ current: 4 });
});

describe("a sweep of what pods read", () => {
  const namespaces = "pods-*";
  const format = { type: "opaque", username: "user", password: "pass" };
  const read = [
    { name: "login", namespaces, format, restart: ["deployment/docker-registry"], adopt: true },
  ];
  let pods: Deployment;

  beforeAll(async () => {
    await createNamespaces(kubectl, [{ name: "pods-a" }, { name: "pods-b" }]);
    for (const namespace of ["pods-a", "elsewhere"]) {
      if (namespace === "elsewhere") await createNamespaces(kubectl, [{ name: namespace }]);
      await createWorkload(kubectl, namespace);
    }
    const theirs = ["secret", "generic", "login", "--namespace=pods-b", "--from-literal=theirs=x"];
    await kubectl(["create", ...theirs]);
    const owner = { account: scene.aws.account, region, stage: "pods" };
    const rights = computeRights(wishFor(read, { owner, namespace: "sweeper-of-pods" }));
    const kubeconfig = await scene.cluster.serviceAccountKubeconfig(renderRights(rights));
    await using inEffect = await clientOf(scene.cluster, "sweeper-of-pods", "login");
    void inEffect;
    pods = createDeployment({ ...owner, kubeconfig, clock: scene.clock });
  });

  test("writes them, adopts what others keep a key in, and restarts what is named", async () => {
    expect(await pods.sweep(read)).toMatchObject({
      outcome: "ok",
      failures: [],
      counts: { created: 1, adopted: 1, restarted: 1 },
    });
    expect(await generationOf(kubectl, "pods-a")).toBe(2);
    expect(await generationOf(kubectl, "elsewhere")).toBe(1);
  });

  test("renews them, and restarts once more", async () => {
    scene.clock.passHalfLife();
    expect(await pods.sweep(read)).toMatchObject({ outcome: "ok", counts: { restarted: 1 } });
    expect(await pods.sweep(read)).toMatchObject({ outcome: "ok", counts: { restarted: 0 } });
    expect(await generationOf(kubectl, "pods-a")).toBe(3);
  });
});
