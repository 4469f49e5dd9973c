/**
 * The refresh function for tests: clusters and AWS over real sockets, records in Secrets Manager,
 * the worker's own parts. Only Lambda and the queue's side of a delivery are told by the test.
 */
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { afterEach, expect, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { type ClusterState, noState } from "../../../src/clusters/record-state.ts";
import { createSecretsManagerStore } from "../../../src/clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../../../src/clusters/secrets-manager-writer.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { createEksTokenSource } from "../../../src/credentials/eks-token.ts";
import { formatMessage } from "../../../src/dispatch/refresh-message.ts";
import { describeStoredCredential, withToken } from "../../../src/kubernetes/stored-kubeconfig.ts";
import type { ClusterNotice } from "../../../src/notifications/notice.ts";
import { createExchanges } from "../../../src/registries/exchange.ts";
import { createFindImage } from "../../../src/registries/find-image.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import { examineCluster } from "../../../src/wiring/examine-cluster.ts";
import { openClusters } from "../../../src/wiring/open-clusters.ts";
import type { CheckingPorts } from "../../../src/worker/check-registered.ts";
import type { RefreshPorts } from "../../../src/worker/ports.ts";
import { serveRefresh } from "../../../src/worker/serve-refresh.ts";
import type { CostedReport } from "../../../src/worker/sweep-registered.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";

export const hourMs = 3_600_000;
const region = "us-east-1";
const stage = "dev";
/** Certificates are of the real time; those of fixtures end in the summer of 2026. */
const certificatesAt = new Date("2026-03-01T12:00:00Z");
const startMs = Date.parse("2026-11-21T12:00:00Z");

export type Scene = Awaited<ReturnType<typeof startScene>>;

/** Call once per file: scenes end with their test, and then nothing that was told holds a secret. */
export function scenes(): (namespaces?: readonly string[]) => Promise<Scene> {
  const started: Scene[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const scene of started.splice(0)) {
      await scene.close();
      scene.expectNothingTold();
    }
  });
  return async (namespaces) => {
    const scene = await startScene(namespaces);
    started.push(scene);
    return scene;
  };
}

async function startScene(namespaces: readonly string[] = []) {
  let nowMs = startMs;
  const now = () => new Date(nowMs);
  const aws = await startAws({ now });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  const clusters: KubernetesApi[] = [];
  const functions: { close(): Promise<unknown> }[] = [];
  const told: unknown[] = [];

  /** A new instance of the function: nothing is warm. */
  function newFunction(more: Partial<RefreshPorts> = {}) {
    const timeouts = { connectMs: 500, requestMs: 500 };
    const session = createAwsSession({ region, name: stage, timeouts });
    const access = {
      eksTokens: createEksTokenSource({ session, now }),
      isInsecureTlsAllowed: () => false,
      now: () => certificatesAt,
      connection: hasty,
    };
    const opened = openClusters({ ...access, maxOpen: 4 });
    functions.push(opened);
    const seen = {
      swept: [] as CostedReport[],
      skipped: [] as string[],
      delays: [] as number[],
      warnings: [] as string[],
      notices: [] as ClusterNotice[],
      /** What was told, or couldn't be, as it is logged. */
      tidings: [] as string[],
    };
    const ports: CheckingPorts = {
      clusters: createSecretsManagerStore({ session, region, stage }),
      open: opened.open,
      examine: (record, abort) => examineCluster(record, abort, access),
      credentials: createCredentials({ session, now }),
      images: { find: createFindImage(createExchanges()), callerArn: session.callerArn },
      pullSecrets,
      owner: { account: aws.account, region, stage },
      isLocal: () => false,
      now,
      rules: { schedulePeriodMs: 600_000, places: 50, maxReceiveCount: 5 },
      rotation: {
        writer: createSecretsManagerWriter({ session, region, stage }),
        kubeconfigs: { describe: describeStoredCredential, withToken },
        tryOut: opened.tryOut,
      },
      delayRetry: async (_, seconds) => void seen.delays.push(seconds),
      swept: (report) => seen.swept.push(report),
      skipped: (cluster, why) => seen.skipped.push(`${cluster} ${why}`),
      warned: (message, about) => seen.warnings.push(`${message} ${JSON.stringify(about)}`),
      topic: {
        notify: async (notice) => void seen.notices.push(notice),
        told: (cluster, change) => seen.tidings.push(`${cluster} ${change}`),
        notTold: (cluster, change, { message }) =>
          seen.tidings.push(`${cluster} ${change} untold: ${message}`),
      },
      ...more,
    };
    const serve = async (event: unknown, remainingMs = 90_000): Promise<unknown> => {
      const answer = await serveRefresh(event, remainingMs, ports).catch((error: unknown) => {
        told.push(error);
        throw error;
      });
      told.push(answer, seen);
      return answer;
    };
    return { ...seen, ports, serve };
  }

  return {
    aws,
    now,
    newFunction,
    passMs: (ms: number) => {
      nowMs += ms;
    },
    /** Its record holds what `content` says, or the kubeconfig of the cluster that is returned. */
    async startCluster(name: string, tags: Readonly<Record<string, string>> = {}) {
      const cluster = await startKubernetesApi();
      clusters.push(cluster);
      for (const namespace of namespaces) {
        cluster.state.createNamespace(namespace);
      }
      aws.secrets.create(recordOf(name), cluster.kubeconfig(), tags);
      return cluster;
    },
    register: (
      name: string,
      content: string | Buffer | undefined,
      tags: Readonly<Record<string, string>> = {},
    ) => aws.secrets.create(recordOf(name), content, tags),
    /** The state tags, by the end of their names. */
    tags(name: string): Readonly<Record<string, string>> {
      const tags = Object.entries(aws.secrets.read(recordOf(name))?.tags ?? {});
      return Object.fromEntries(
        tags.map(([key, value]) => [key.replace("ecr-pull-secrets:", ""), value]),
      );
    },
    /** An event with one message, as of a tick `ageMs` ago. */
    delivery(cluster: string, { receiveCount = 1, ageMs = 0, ...said }: DeliveryOptions = {}) {
      const tick = new Date(nowMs - ageMs);
      const body = formatMessage({ cluster, tick, state: noState, ...said });
      return records({ body, receiveCount });
    },
    expectNothingTold() {
      const secrets = [
        ...clusters.flatMap(({ admin }) => [admin.token]),
        ...aws.tokens.map(({ password }) => password.slice(0, 40)),
        canary,
      ];
      const text = [
        JSON.stringify(told),
        inspect(told, { depth: 30, maxStringLength: null }),
      ].join();
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    },
    async close() {
      await Promise.all(functions.map((each) => each.close()));
      await Promise.all([aws.close(), ...clusters.map((cluster) => cluster.close())]);
    },
  };
}

interface DeliveryOptions {
  readonly receiveCount?: number;
  readonly ageMs?: number;
  /** As dispatch saw it. */
  readonly state?: ClusterState | undefined;
  /** Of all clusters; undefined: somebody named this one. */
  readonly failingLong?: number | undefined;
  readonly untold?: number | undefined;
}

/** In records and messages that are no good: nothing that is told may hold it. */
export const canary = "c4n4ry";

export const failed = { batchItemFailures: [{ itemIdentifier: "message-1" }] };
export const done = { batchItemFailures: [] };

export function records({ body, receiveCount = 1 }: { body: string; receiveCount?: number }) {
  return {
    Records: [
      {
        messageId: "message-1",
        receiptHandle: "handle-1",
        body,
        attributes: { ApproximateReceiveCount: String(receiveCount) },
        eventSource: "aws:sqs",
      },
    ],
  };
}

const { pullSecrets } = parseConfig(
  JSON.stringify({
    schedule: "rate(10 minutes)",
    pullSecrets: [
      {
        name: "ecr-pull",
        namespaces: { include: ["*"], exclude: ["default", "kube-*"] },
        registries: [{ type: "ecr", region }],
      },
    ],
  }),
  "config/test.yml",
);

const recordOf = (cluster: string) => `ecr-pull-secrets/${stage}/clusters/${cluster}`;

/** The transport's own patience, a hundred times faster. */
const hasty = {
  connectTimeoutMs: 1_000,
  world: {
    now: Date.now,
    random: Math.random,
    sleep: (ms: number, signal: AbortSignal) => delay(ms / 100, undefined, { signal }),
  },
};
