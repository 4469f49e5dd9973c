import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { ClusterRecord } from "../../../src/clusters/store.ts";
import type { EksTokenRequest } from "../../../src/credentials/eks-token.ts";
import { ClusterError, KubeconfigError } from "../../../src/errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { type OpenClustersOptions, openClusters } from "../../../src/wiring/open-clusters.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";

const never = new AbortController().signal;
const now = new Date("2026-03-01T12:00:00Z");
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) {
    await end();
  }
});

describe("a connection", () => {
  test("serves all sweeps of a warm function", async () => {
    const cluster = await startCluster();
    const opened = open();
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await list(opened, recordOf(cluster));
    }
    expect(cluster.connections).toBe(1);
  });

  test("is shared by two sweeps that begin at once", async () => {
    const cluster = await startCluster();
    const opened = open();
    await Promise.all([list(opened, recordOf(cluster)), list(opened, recordOf(cluster))]);
    expect(cluster.connections).toBe(1);
    await opened.close();
    await expect.poll(() => cluster.openConnections).toBe(0);
  });

  test("is replaced, with its credential, when the record has another version", async () => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster));
    const user = cluster.addUser("next", ["system:masters"]);
    await list(opened, recordOf(cluster, { kubeconfig: cluster.kubeconfig(user), versionId: "2" }));
    expect(cluster.requests.map(({ user: name }) => name)).toEqual(["admin", "next"]);
    expect(cluster.connections).toBe(2);
    await expect.poll(() => cluster.openConnections).toBe(1);
  });

  test("is closed when the record's next version is no good: its old credential has ended", async () => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster));
    const bad = recordOf(cluster, { kubeconfig: "a: 1", versionId: "2" });
    await expect(opened.open(bad, never)).rejects.toThrow(KubeconfigError);
    await expect.poll(() => cluster.openConnections).toBe(0);
    await list(opened, recordOf(cluster, { versionId: "3" }));
    expect(cluster.connections).toBe(2);
  });

  test("outlives a sweep that was given up", async () => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster));
    const abort = new AbortController();
    cluster.fault({ do: { type: "hang" } });
    const given = list(opened, recordOf(cluster), abort.signal);
    await delay(20);
    abort.abort();
    await expect(given).rejects.toMatchObject({ name: "ClusterError", kind: "aborted" });
    await list(opened, recordOf(cluster));
    expect(cluster.connections).toBe(1);
  });

  test.each<[string, (cluster: KubernetesApi) => unknown]>([
    ["was reset", (cluster) => cluster.resetConnections()],
    ["was told to go away", (cluster) => cluster.goAway()],
    ["lost its server, which restarted", (cluster) => cluster.stop().then(() => cluster.start())],
  ])("that %s meanwhile costs another one, not an error", async (_, spoil) => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster));
    await spoil(cluster);
    await expect(list(opened, recordOf(cluster))).resolves.toHaveLength(4);
    expect(cluster.connections).toBe(2);
  });

  test("that a frozen function kept for minutes isn't trusted", async () => {
    const cluster = await startCluster();
    let frozenMs = 0;
    const opened = open({ connection: { world: { ...world, now: () => Date.now() + frozenMs } } });
    await list(opened, recordOf(cluster));
    frozenMs = 5 * 60_000;
    await list(opened, recordOf(cluster));
    expect(cluster.connections).toBe(2);
  });

  test("counts for each sweep what it cost", async () => {
    const cluster = await startCluster();
    const opened = open();
    const { api, stats } = await opened.open(recordOf(cluster), never);
    expect(stats()).toMatchObject({ requests: 0, connections: 0 });
    await api.listNamespaces();
    expect(stats()).toMatchObject({ requests: 1, retries: 0, connections: 1 });
  });
});

describe("of many clusters", () => {
  test("the one unused for longest is closed first", async () => {
    const [a, b, c] = await Promise.all([startCluster(), startCluster(), startCluster()]);
    const opened = open({ maxOpen: 2 });
    await list(opened, recordOf(a, { name: "a" }));
    await list(opened, recordOf(b, { name: "b" }));
    await list(opened, recordOf(a, { name: "a" }));
    await list(opened, recordOf(c, { name: "c" }));
    await expect.poll(() => b.openConnections).toBe(0);
    expect([a.openConnections, c.openConnections]).toEqual([1, 1]);
    await list(opened, recordOf(b, { name: "b" }));
    expect([a, b, c].map(({ connections }) => connections)).toEqual([1, 2, 1]);
  });

  test("each has its own connection, also to one and the same server", async () => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster, { name: "a" }));
    await list(opened, recordOf(cluster, { name: "b" }));
    expect(cluster.connections).toBe(2);
  });

  test("all are closed at the end", async () => {
    const [a, b] = await Promise.all([startCluster(), startCluster()]);
    const opened = open();
    await list(opened, recordOf(a, { name: "a" }));
    await list(opened, recordOf(b, { name: "b" }));
    await opened.close();
    await expect.poll(() => a.openConnections + b.openConnections).toBe(0);
  });
});

describe("a record that is tried out", () => {
  test("has a connection of its own, which is closed afterwards; the other one stays", async () => {
    const cluster = await startCluster();
    const opened = open();
    await list(opened, recordOf(cluster));
    const user = cluster.addUser("next", ["system:masters"]);
    const next = recordOf(cluster, { kubeconfig: cluster.kubeconfig(user), versionId: "2" });
    await opened.tryOut(next, never, async (api) => {
      await api.listNamespaces();
      expect(cluster.openConnections).toBe(2);
    });
    await expect.poll(() => cluster.openConnections).toBe(1);
    await list(opened, recordOf(cluster));
    expect(cluster.requests.map(({ user: name }) => name)).toEqual(["admin", "next", "admin"]);
    expect(cluster.connections).toBe(2);
  });

  test("leaves no connection when it fails", async () => {
    const cluster = await startCluster();
    const user = { name: "worker", token: "unknown" };
    const record = recordOf(cluster, { kubeconfig: cluster.kubeconfig(user) });
    const tried = open().tryOut(record, never, (api) => api.listNamespaces());
    await expect(tried).rejects.toMatchObject({ name: "ClusterError", kind: "unauthorized" });
    await expect.poll(() => cluster.openConnections).toBe(0);
  });
});

describe("a record", () => {
  test("says how long its credential is good", async () => {
    const cluster = await startCluster();
    cluster.state.createNamespace("tools");
    const token = cluster.state.serviceAccountToken("tools", "worker");
    const kubeconfig = cluster.kubeconfig({ name: "worker", token });
    const { credential } = await open().open(recordOf(cluster, { kubeconfig }), never);
    expect(credential).toMatchObject({
      kind: "service-account-token",
      namespace: "tools",
      name: "worker",
      expiresAt: expect.any(Date),
    });
  });

  test("that holds no text is refused with what the store says of it", async () => {
    const kubeconfig = new KubeconfigError("the record holds binary data");
    const record = { name: "eu", versionId: "1", kubeconfig };
    await expect(open().open(record, never)).rejects.toBe(kubeconfig);
  });

  test("may skip TLS where the config names its cluster, and nowhere else", async () => {
    const cluster = await startCluster();
    const kubeconfig = kubeconfigOf(cluster, { token: cluster.admin.token }, insecure);
    const opened = open({ isInsecureTlsAllowed: (name) => name === "lab" });
    await expect(
      list(opened, recordOf(cluster, { name: "lab", kubeconfig })),
    ).resolves.toBeDefined();
    const other = recordOf(cluster, { name: "prod", kubeconfig });
    await expect(opened.open(other, never)).rejects.toThrow(
      /record of prod: .*insecure-skip-tls-verify/,
    );
  });
});

describe("a record for EKS", () => {
  const args = ["eks", "get-token", "--cluster-name", "shop", "--region", "eu-west-1"];
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "aws", args };

  test("is served with a signed token, which is signed anew in time", async () => {
    const cluster = await startCluster();
    const asked: EksTokenRequest[] = [];
    let nowMs = now.getTime();
    const opened = open({
      now: () => new Date(nowMs),
      isEksHost: () => true,
      eksTokens: {
        tokenFor: async (request) => {
          asked.push(request);
          const token = new SecretValue(cluster.admin.token);
          return { token, expiresAt: new Date(nowMs + 14 * 60_000) };
        },
      },
    });
    const record = recordOf(cluster, { kubeconfig: kubeconfigOf(cluster, { exec }) });
    await list(opened, record);
    nowMs += 8 * 60_000;
    await list(opened, record);
    expect(asked).toEqual([{ cluster: "shop", region: "eu-west-1", roleArn: undefined }]);
    nowMs += 2 * 60_000;
    await list(opened, record);
    expect(asked).toHaveLength(2);
    expect(cluster.connections).toBe(1);
  });

  test("fails its own sweep when no token can be signed", async () => {
    const cluster = await startCluster();
    const opened = open({
      isEksHost: () => true,
      eksTokens: { tokenFor: () => Promise.reject(new Error("c4n4ry")) },
    });
    const record = recordOf(cluster, { kubeconfig: kubeconfigOf(cluster, { exec }) });
    const error: unknown = await list(opened, record).catch((reason) => reason);
    expect(error).toBeInstanceOf(ClusterError);
    expect(String(error)).not.toContain("c4n4ry");
    expect(cluster.requests).toEqual([]);
  });

  test("says what lets a signer in whom the API server doesn't know", async () => {
    const cluster = await startCluster();
    const token = new SecretValue("signed-by-a-stranger");
    const opened = open({
      isEksHost: () => true,
      eksTokens: {
        tokenFor: async () => ({ token, expiresAt: new Date(now.getTime() + 840_000) }),
      },
    });
    const record = recordOf(cluster, { kubeconfig: kubeconfigOf(cluster, { exec }) });
    await expect(list(opened, record)).rejects.toMatchObject({
      kind: "unauthorized",
      status: 401,
      hint: "give the role that signs an access entry in the EKS cluster shop; who has one: aws eks list-access-entries --cluster-name shop --region eu-west-1",
    });
  });

  test("is never signed for a host that isn't EKS's", async () => {
    const cluster = await startCluster();
    const opened = open();
    const record = recordOf(cluster, { kubeconfig: kubeconfigOf(cluster, { exec }) });
    await expect(opened.open(record, never)).rejects.toThrow(/isn't an API server of EKS/);
    expect(cluster.connections).toBe(0);
  });
});

const world = {
  now: Date.now,
  random: Math.random,
  sleep: (ms: number, signal: AbortSignal) => delay(ms / 100, undefined, { signal }),
};

function open(more: Partial<OpenClustersOptions> = {}) {
  const opened = openClusters({
    eksTokens: { tokenFor: () => Promise.reject(new Error("nobody asked for a token")) },
    isInsecureTlsAllowed: () => false,
    now: () => now,
    maxOpen: 8,
    connection: { connectTimeoutMs: 1_000, world },
    ...more,
  });
  ends.push(() => opened.close());
  return opened;
}

async function startCluster(): Promise<KubernetesApi> {
  const cluster = await startKubernetesApi();
  ends.push(() => cluster.close());
  return cluster;
}

async function list(
  opened: ReturnType<typeof openClusters>,
  record: ClusterRecord,
  signal: AbortSignal = never,
) {
  const { api } = await opened.open(record, signal);
  return api.listNamespaces();
}

interface RecordParts {
  readonly name?: string;
  readonly versionId?: string;
  readonly kubeconfig?: string;
}

function recordOf(cluster: KubernetesApi, parts: RecordParts = {}): ClusterRecord {
  const { name = "eu", versionId = "1", kubeconfig = cluster.kubeconfig() } = parts;
  return { name, versionId, kubeconfig: new SecretValue(kubeconfig) };
}

const insecure = { "insecure-skip-tls-verify": true };

function kubeconfigOf(cluster: KubernetesApi, user: object, fields?: object): string {
  const trust = fields ?? {
    "certificate-authority-data": Buffer.from(cluster.ca).toString("base64"),
  };
  return stringify({
    kind: "Config",
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    clusters: [{ name: "it", cluster: { server: cluster.url, ...trust } }],
    users: [{ name: "it", user }],
  });
}
