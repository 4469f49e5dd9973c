import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { parseConfig } from "../../src/config/load.ts";
import { desiredPullSecrets } from "../../src/refresh/desired.ts";
import { computeRights } from "../../src/rights/compute-rights.ts";
import { createHttpClient } from "../contracts/http-client.ts";
import { type KubernetesApi, startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { expectGolden } from "./golden.ts";

let scene: DeployedScene;
/** The stage's config, with one pull secret more. */
let grown: string;
beforeAll(async () => {
  scene = await startDeployedScene();
  grown = `${scene.config}  - { name: more, registries: [{ type: ecr, region: us-east-1 }] }\n`;
  await scene.deploy("prod");
});
afterAll(() => scene[Symbol.asyncDispose]());

const target = ["--stage", "prod", "--kubeconfig", "cluster.yaml"];
const writes = ({ requests }: KubernetesApi) =>
  requests.filter(({ method, query }) => method === "PATCH" && !query.has("dryRun"));

/** Of a cluster beside the scene's own, under a name of its own. */
async function kubeconfigOf(name: string, cluster: KubernetesApi, user = cluster.admin) {
  await scene.write(`${name}.yaml`, cluster.kubeconfig(user));
  return ["register", name, "--stage", "prod", "--kubeconfig", `${name}.yaml`, "--yes"];
}

const outcomeShape = z.strictObject({
  cluster: z.literal("prod-eu"),
  owner: z.literal("123456789012/us-east-1/prod"),
  server: z.url(),
  outcome: z.enum(["ok", "failed"]),
  objects: z.array(z.looseObject({ kind: z.string(), name: z.string(), result: z.string() })),
  record: z.enum(["created", "replaced", "kept", "unchanged"]),
  credential: z.strictObject({ issuedAt: z.iso.datetime(), expiresAt: z.iso.datetime() }),
  proofs: z.array(z.looseObject({ what: z.string(), ok: z.literal(true) })),
  left: z.array(z.string()),
  sweep: z.looseObject({ outcome: z.literal("ok") }),
});

describe("register", () => {
  test("with secrets that pods read, says what it may restart", async () => {
    const registries = "[{ type: ecr, region: us-east-1 }]";
    const proxy = `
pullSecrets:
  - name: ecr-regcred
    namespaces: docker-registry-proxy-cache
    format: { type: opaque, username: proxyUsername, password: proxyPassword }
    restart: [deployment/docker-registry, statefulset/cache]
    registries: ${registries}
`;
    await scene.deploy("proxy", undefined, proxy);
    const at = ["--stage", "proxy", "--kubeconfig", "cluster.yaml", "--dry-run"];
    const dryRun = await scene.run(["register", "edge", ...at]);
    await expectGolden("register-restarts", dryRun);
    expect(dryRun.exitCode).toBe(0);
  });

  const register = ["register", "prod-eu", ...target];

  test("shows the plan, does it, and has nothing to do afterwards", async () => {
    const dryRun = await scene.run([...register, "--dry-run"]);
    await expectGolden("register-dry-run", dryRun);
    expect(writes(scene.cluster)).toEqual([]);

    const first = await scene.run([...register, "--yes"]);
    await expectGolden("register-first", first);
    expect([...scene.cluster.state.secretsNamed("ecr-pull").keys()]).toContain("shop");

    const again = await scene.run([...register, "--yes"]);
    await expectGolden("register-again", again);
    expect([dryRun, first, again].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  test("with a config that grew, shows the difference, and grants just that", async () => {
    await scene.deploy("prod", undefined, grown);
    const growing = await scene.run([...register, "--dry-run"]);
    await expectGolden("register-grown", growing);

    const json = await scene.run([...register, "--yes", "--output", "json"]);
    const outcome = outcomeShape.parse(JSON.parse(json.stdout));
    expect(outcome).toMatchObject({ outcome: "ok", record: "kept", left: [] });
    expect(outcome.objects.filter(({ result }) => result !== "kept")).toMatchObject([
      { kind: "ValidatingAdmissionPolicy", result: "changed" },
      { kind: "ClusterRole", result: "changed" },
    ]);
    expect([growing, json].map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test("prints the manifests for somebody else, and asks the cluster nothing", async () => {
    const finished = await scene.run(["register", "new", "--stage", "prod", "--print-manifests"]);
    const owner = { account: scene.aws.account, region: scene.aws.region, stage: "prod" };
    const { pullSecrets } = parseConfig(grown, "config/prod.yml");
    const { objects } = computeRights({
      cluster: "new",
      owner,
      desired: desiredPullSecrets(pullSecrets, "new", owner),
      subject: {
        kind: "ServiceAccount",
        namespace: "ecr-pull-secrets",
        name: "ecr-pull-secrets",
      },
      namespace: "ecr-pull-secrets",
      withPolicy: true,
    });
    const documents = parseAllDocuments(finished.stdout).map((document) => document.toJS());
    expect(documents.filter(Boolean)).toEqual(objects);
    expect(finished.exitCode).toBe(0);
  });
});

describe.concurrent("register refuses", () => {
  test("without a terminal and without --yes", async () => {
    const finished = await scene.run(["register", "prod-eu", ...target]);
    await expectGolden("register-no-terminal", finished);
    expect(finished.exitCode).toBe(2);
  });

  test("what it can't reach, all of it at once", async () => {
    await scene.write("config/dev.yml", scene.config);
    const user = { name: "jane", token: "of-last-week" };
    await scene.write("expired.yaml", scene.cluster.kubeconfig(user));
    const args = ["register", "prod-eu", "--stage", "dev", "--kubeconfig", "expired.yaml"];
    const finished = await scene.run([...args, "--yes"]);
    await expectGolden("register-several-problems", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("a cluster that another deployment serves from the same namespace", async () => {
    const cluster = await scene.startCluster([]);
    cluster.state.createNamespace("ecr-pull-secrets");
    const http = createHttpClient(cluster.url, cluster.ca, cluster.admin.token);
    const annotations = { "ecr-pull-secrets/owner": "123456789012/eu-west-1/prod" };
    await http.send("PATCH", "/api/v1/namespaces/ecr-pull-secrets", {
      contentType: "application/merge-patch+json",
      body: { metadata: { annotations } },
    });
    await http.close();

    const finished = await scene.run(await kubeconfigOf("shared", cluster));
    await expectGolden("register-other-owner", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("an administrator without rights, and says how to hand over", async () => {
    const cluster = await scene.startCluster([]);
    const finished = await scene.run(
      await kubeconfigOf("locked", cluster, cluster.addUser("jane")),
    );
    await expectGolden("register-no-rights", finished);
    expect(finished.exitCode).toBe(1);
    expect(writes(cluster)).toEqual([]);
  });

  test("a token that ends before six schedules, and says what is done and left", async () => {
    await scene.deploy("slow", undefined, `schedule: rate(20 minutes)\n${scene.config}`);
    await using cluster = await shortLived();
    const args = await kubeconfigOf("edge", cluster);
    const finished = await scene.run([...args, "--stage", "slow"]);
    await expectGolden("register-short-token", finished);
    expect(finished.exitCode).toBe(1);
    expect(scene.aws.secrets.read("ecr-pull-secrets/slow/clusters/edge")).toBeUndefined();
  });
});

async function shortLived() {
  const cluster = await startKubernetesApi({ maxTokenLifetimeSeconds: 3_600 });
  return Object.assign(cluster, { [Symbol.asyncDispose]: () => cluster.close() });
}

describe("register leaves a local cluster to its runner", () => {
  test("and names the command, which works", async () => {
    const cluster = await scene.startCluster(["line-1"]);
    await scene.deploy("inside", unreachable, `localClusters: ["plant-*"]\n${scene.config}`);
    const args = await kubeconfigOf("plant-1", cluster);
    const finished = await scene.run([...args, "--stage", "inside"]);
    await expectGolden("register-local", finished);
    expect(finished.exitCode).toBe(0);

    const [, command = ""] = /^ +npx ecr-pull-secrets (.*)$/m.exec(finished.stdout) ?? [];
    const swept = await scene.run(command.split(" "));
    expect(swept).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Swept plant-1") });
    expect(cluster.state.secret("line-1", "ecr-pull")).toBeDefined();
  });

  test("also where only the deployed config says so", async () => {
    const cluster = await scene.startCluster([]);
    await scene.deploy("ahead", ({ cluster: name }) => ({ cluster: name, outcome: "local" }));
    const args = await kubeconfigOf("depot", cluster);
    const finished = await scene.run([...args, "--stage", "ahead"]);
    expect(finished.exitCode).toBe(0);
    expect(finished.stdout).toContain("- depot: left to a runner inside its network");
  });
});

describe.concurrent("register says what isn't well", () => {
  test("when the deployed function can't reach the cluster: it stays registered", async () => {
    const cluster = await scene.startCluster([]);
    await scene.deploy("blind", unreachable);
    const args = await kubeconfigOf("private", cluster);
    const finished = await scene.run([...args, "--stage", "blind"]);
    await expectGolden("register-unreachable", finished);
    expect(finished.exitCode).toBe(1);
    expect(scene.aws.secrets.read("ecr-pull-secrets/blind/clusters/private")).toBeDefined();
  });

  test("when somebody interrupts while the credential is tried: what is done, and what isn't", async () => {
    const cluster = await scene.startCluster([]);
    const account = "system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets";
    const hang = cluster.fault({ on: { user: account }, times: 1_000, do: { type: "hang" } });
    const { child, finished } = scene.start(await kubeconfigOf("slow-link", cluster));
    while (hang.hits === 0) await sleep(10);
    child.kill("SIGINT");

    const run = await finished;

    await expectGolden("register-interrupted", run);
    expect(run.exitCode).toBe(130);
    expect(scene.aws.secrets.read("ecr-pull-secrets/prod/clusters/slow-link")).toBeUndefined();
  });
});

/** What the function reports of a cluster in a network of its own. */
function unreachable({ cluster }: { readonly cluster: string }) {
  return {
    cluster,
    owner: "123456789012/us-east-1/blind",
    outcome: "failed",
    startedAt: new Date().toISOString(),
    durationMs: 10_000,
    namespaces: { known: 0, selected: 0 },
    counts: {
      ...{ current: 0, created: 0, renewed: 0, adopted: 0, restored: 0 },
      ...{ linked: 0, deleted: 0, failed: 0, minted: 0 },
    },
    soonestExpiry: null,
    secrets: [],
    links: [],
    deletions: [],
    failures: [
      {
        kind: "unreachable",
        message: "list namespaces: connecting to 10.0.0.1:6443 took longer than 5 s",
        namespaces: [],
      },
    ],
    notices: [],
  };
}
