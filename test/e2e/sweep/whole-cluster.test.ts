/** A cluster of many namespaces over a day: first sweep, idle sweep, renewal, namespaces that go. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditEvent } from "../parts/audit-log.ts";
import {
  createNamespaces,
  loginsIn,
  type NamespaceSpec,
  numbered,
  readAccounts,
  readSecret,
  readSecrets,
} from "./contents.ts";
import type { Deployment, PullSecretInput, SweepResult } from "./deployment.ts";
import { sweeperName } from "./rights.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ audit: true, controllerManager: true });
});
afterAll(() => scene?.stop());

/** What our ServiceAccount asked of the API server while `work` ran. */
async function requestsDuring(work: () => Promise<unknown>): Promise<readonly AuditEvent[]> {
  const events = await scene.cluster.audit.eventsDuring(work);
  return events.filter(({ user }) => user === sweeperName());
}

const verbOf = ({ verb, resource }: AuditEvent) => `${verb} ${resource}`;

const lists = [
  "/api/v1/namespaces?resourceVersion=0",
  "/api/v1/secrets?fieldSelector=metadata.name%3Decr-pull&resourceVersion=0",
  "/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault&resourceVersion=0",
];

describe("sixty namespaces, some of them excluded", () => {
  const optedOut = { "pull-ecr": "no" };
  const selected: readonly NamespaceSpec[] = [
    ...numbered("team", 25).map((name) => ({ name, labels: { tier: "app" } })),
    ...numbered("web", 9).map((name) => ({ name })),
    { name: "shop", labels: { "pull-ecr": "yes" } },
  ];
  const others: readonly NamespaceSpec[] = [
    ...numbered("team-sandbox", 10).map((name) => ({ name })),
    ...numbered("team-private", 5).map((name) => ({ name, labels: optedOut })),
    ...numbered("webshop", 8).map((name) => ({ name })),
    { name: "web-10" },
    { name: "shopping" },
  ];
  const pullSecret: PullSecretInput = {
    namespaces: {
      include: ["team-*", "web-?", "shop"],
      exclude: ["team-sandbox-*"],
      selector: "pull-ecr!=no",
    },
    serviceAccounts: ["default"],
    registries: [
      { type: "ecr", region: "us-east-1" },
      {
        type: "ecr",
        region: "eu-west-1",
        accounts: ["111122223333"],
        endpoints: ["ipv4", "dual-stack"],
      },
    ],
  };
  const names = selected.map(({ name }) => name).sort();

  let prod: Deployment;
  let first: SweepResult;
  let requests: readonly AuditEvent[];
  beforeAll(async () => {
    await createNamespaces(scene.cluster.kubectl, [...selected, ...others], { accounts: true });
    prod = await scene.deploy("prod");
    requests = await requestsDuring(async () => {
      first = await prod.sweep([pullSecret]);
    });
  });

  test("the first sweep puts the secret into each that matches, and into no other", async () => {
    expect(selected.length + others.length).toBe(60);
    const secrets = await readSecrets(scene.cluster.kubectl);

    expect([...secrets.keys()].sort()).toEqual(names);
    expect(first).toMatchObject({ outcome: "ok", failures: [], counts: { created: names.length } });
  });

  test("the first sweep links the accounts there, and no others", async () => {
    const accounts = [...(await readAccounts(scene.cluster.kubectl)).values()];
    const linked = accounts.filter(({ imagePullSecrets }) => imagePullSecrets.length > 0);

    expect(linked.map(({ metadata }) => metadata.namespace).sort()).toEqual(names);
    expect(linked[0]?.imagePullSecrets).toEqual([{ name: "ecr-pull" }]);
  });

  test("the first sweep needs one connection, three lists, and one request per change", () => {
    const counts = Object.fromEntries(
      [...Map.groupBy(requests, verbOf)].map(([verb, events]) => [verb, events.length]),
    );

    expect(first.connection).toMatchObject({ connections: 1, retries: 0 });
    expect(counts).toEqual({
      "list namespaces": 1,
      "list secrets": 1,
      "list serviceaccounts": 1,
      "patch secrets": names.length,
      "patch serviceaccounts": names.length,
    });
    // One per region.
    expect(scene.aws.tokenRequests()).toBe(2);
  });

  test("kubectl shows the secret as it is documented", async () => {
    const secret = await readSecret(scene.cluster.kubectl, "shop");

    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(secret.type).toBe("kubernetes.io/dockerconfigjson");
    expect(secret.metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "ecr-pull-secrets" });
    expect(secret.metadata.annotations).toEqual({
      "ecr-pull-secrets/owner": prod.owner,
      "ecr-pull-secrets/expires-at": time,
      "ecr-pull-secrets/refreshed-at": time,
      "ecr-pull-secrets/registries": expect.any(String),
      "ecr-pull-secrets/shape": expect.stringMatching(/^[0-9a-f]{16}$/),
      "ecr-pull-secrets/service-accounts": '["default"]',
    });
    const stamp = { issued: time, expires: time, source: expect.stringMatching(/^[0-9a-f]{16}$/) };
    const registries = secret.metadata.annotations["ecr-pull-secrets/registries"] ?? "";
    expect(JSON.parse(registries)).toEqual({
      "000000000000.dkr.ecr.us-east-1": stamp,
      "111122223333.dkr.ecr.eu-west-1": stamp,
    });
    expect(secret.metadata.managedFields).toMatchObject([
      { manager: "ecr-pull-secrets", operation: "Apply" },
    ]);
  });

  test("the docker config holds bare hosts, with three spellings of one login each", async () => {
    const secrets = await readSecrets(scene.cluster.kubectl);

    const login = (region: string) => {
      const password = scene.aws.tokens.find((token) => token.region === region)?.password;
      const auth = Buffer.from(`AWS:${password}`).toString("base64");
      return { username: "AWS", password, auth };
    };
    const logins = {
      "000000000000.dkr.ecr.us-east-1.amazonaws.com": login("us-east-1"),
      "111122223333.dkr.ecr.eu-west-1.amazonaws.com": login("eu-west-1"),
      "111122223333.dkr-ecr.eu-west-1.on.aws": login("eu-west-1"),
    };
    for (const secret of secrets.values()) expect(loginsIn(secret)).toEqual(logins);
  });

  test("a second sweep lists, writes nothing and asks ECR for nothing", async () => {
    const tokenRequests = scene.aws.tokenRequests();
    const before = await readSecrets(scene.cluster.kubectl);
    let second: SweepResult | undefined;

    const idle = await requestsDuring(async () => {
      second = await prod.sweep([pullSecret]);
    });

    expect(idle.map(({ requestUri }) => requestUri).sort()).toEqual(lists);
    expect(idle.map(({ verb, code }) => [verb, code])).toEqual(lists.map(() => ["list", 200]));
    expect(scene.aws.tokenRequests()).toBe(tokenRequests);
    expect(second).toMatchObject({
      outcome: "ok",
      counts: { current: names.length, created: 0, renewed: 0, restored: 0, linked: 0, minted: 0 },
    });
    await expect(readSecrets(scene.cluster.kubectl)).resolves.toEqual(before);
  });

  test("a new namespace gets its secret, and the others stay as they are", async () => {
    const before = await readSecrets(scene.cluster.kubectl);
    await createNamespaces(scene.cluster.kubectl, [{ name: "team-new" }], { accounts: true });

    const report = await prod.sweep([pullSecret]);

    expect(report.counts).toMatchObject({ created: 1, linked: 1, current: names.length });
    const after = await readSecrets(scene.cluster.kubectl);
    expect(new Map([...after].filter(([name]) => name !== "team-new"))).toEqual(before);
  });

  test("at half-life each secret is renewed in place: UIDs stay, links stay", async () => {
    const before = await readSecrets(scene.cluster.kubectl);
    scene.clock.passHalfLife();

    let renewal: SweepResult | undefined;
    const requests = await requestsDuring(async () => {
      renewal = await prod.sweep([pullSecret]);
    });

    expect(renewal).toMatchObject({
      outcome: "ok",
      counts: { renewed: before.size, created: 0, linked: 0, minted: 2 },
    });
    expect(requests.filter(({ verb }) => verb !== "list").map(verbOf)).toEqual(
      [...before].map(() => "patch secrets"),
    );
    const after = await readSecrets(scene.cluster.kubectl);
    expect([...after.keys()]).toEqual([...before.keys()]);
    const newest = scene.aws.tokens.findLast(({ region }) => region === "us-east-1")?.password;
    for (const [namespace, { metadata, ...secret }] of before) {
      const renewed = after.get(namespace);
      expect(renewed?.metadata.uid).toBe(metadata.uid);
      expect(renewed?.metadata.resourceVersion).not.toBe(metadata.resourceVersion);
      expect(renewed?.data).not.toEqual(secret.data);
      const logins = renewed && loginsIn(renewed);
      expect(logins?.["000000000000.dkr.ecr.us-east-1.amazonaws.com"]?.password).toBe(newest);
    }
  });
});

describe("a trial from a laptop", () => {
  const pullSecret: PullSecretInput = { namespaces: "trial-*" };

  test("is taken over by a deployed stage, secrets and all", async () => {
    const { cluster, deploy } = scene;
    await createNamespaces(cluster.kubectl, [{ name: "trial-1" }, { name: "trial-2" }]);
    const trial = await deploy("local");
    await trial.sweep([pullSecret]);
    const before = await readSecret(cluster.kubectl, "trial-1");

    const deployed = await deploy("prod-after-trial");
    const report = await deployed.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 2 } });
    expect(report.secrets[0]?.reason).toBe("left by a local trial");
    const after = await readSecret(cluster.kubectl, "trial-1");
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.annotations["ecr-pull-secrets/owner"]).toBe(deployed.owner);
  });

  test("leaves alone what a deployed stage owns", async () => {
    const before = await readSecrets(scene.cluster.kubectl);
    const trial = await scene.deploy("local");

    const report = await trial.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "conflict" }] });
    await expect(readSecrets(scene.cluster.kubectl)).resolves.toEqual(before);
  });
});

describe("namespaces that go", () => {
  /** Puts something into it that a finalizer keeps, so that its deletion doesn't end. */
  async function hold(namespace: string): Promise<void> {
    const metadata = { name: "held", namespace, finalizers: ["e2e.example/hold"] };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata };
    await scene.cluster.kubectl(["create", "-f", "-"], { input: JSON.stringify(object) });
  }

  const named = (...names: string[]) => names.map((name) => ({ name }));

  test("one that is terminating is skipped, not failed", async () => {
    const { kubectl } = scene.cluster;
    await createNamespaces(kubectl, named("leaving-1", "leaving-2"), { accounts: true });
    await hold("leaving-1");
    await kubectl(["delete", "namespace", "leaving-1", "--wait=false"]);
    const prod = await scene.deploy("leaving");

    const report = await prod.sweep([{ namespaces: "leaving-*", serviceAccounts: ["default"] }]);

    expect(report).toMatchObject({
      outcome: "ok",
      failures: [],
      notices: [{ kind: "terminating", namespace: "leaving-1" }],
      secrets: [{ namespace: "leaving-2", result: "created" }],
    });
    expect((await readSecrets(kubectl)).has("leaving-1")).toBe(false);
  });

  test("those that go while the sweep runs are no failure", async () => {
    const { kubectl } = scene.cluster;
    const pullSecret: PullSecretInput = { namespaces: "going-*", serviceAccounts: ["default"] };
    const prod = await scene.deploy("going");
    await createNamespaces(kubectl, named("going-to-stay", "going-renewed", "going-renewed-held"));
    await prod.sweep([pullSecret]);
    scene.clock.passHalfLife();
    await createNamespaces(kubectl, named("going-new", "going-new-held"));
    await Promise.all([hold("going-renewed-held"), hold("going-new-held")]);

    const report = await prod.sweep([pullSecret], {
      afterWrites: 0,
      happens: async () => {
        const held = ["going-renewed-held", "going-new-held"];
        await kubectl(["delete", "namespace", ...held, "--wait=false"]);
        await kubectl(["delete", "namespace", "going-renewed", "going-new", "--timeout=60s"]);
      },
    });

    expect(report).toMatchObject({
      outcome: "ok",
      failures: [],
      secrets: [{ namespace: "going-to-stay", result: "renewed" }],
    });
    const notices = report.notices.map(({ kind, namespace }) => [namespace, kind]);
    expect(Object.fromEntries(notices)).toEqual({
      "going-renewed": "gone",
      "going-renewed-held": "terminating",
      "going-new": "gone",
      "going-new-held": "terminating",
    });
  });
});
