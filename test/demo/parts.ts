/**
 * The demo's world, in this process and over real sockets: an AWS endpoint (ECR, STS, Secrets
 * Manager, SQS), three Kubernetes API servers, and between them the real dispatch and refresh.
 */
import { join } from "node:path";
import { startAws } from "../fakes/aws/aws.ts";
import { type KubernetesApi, startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";

export const clusterNames = ["prod-eu", "prod-us", "factory"] as const;
export type ClusterName = (typeof clusterNames)[number];

const stage = "demo";

export async function startWorld() {
  // The demo's clock: real time, and the minutes and hours that its story skips.
  let skippedMs = 0;
  const now = () => new Date(Date.now() + skippedMs);
  const aws = await startAws({ now });
  Object.assign(process.env, aws.environment, {
    // The functions' log lines come to us, not to the terminal; their metrics are left out.
    POWERTOOLS_DEV: "true",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  const clusters = new Map<ClusterName, KubernetesApi>();
  for (const name of clusterNames) {
    const cluster = await startKubernetesApi();
    inhabit(name, cluster.state);
    clusters.set(name, cluster);
  }
  const queue = aws.queues.create(`ecr-pull-secrets-${stage}-refresh.fifo`, {
    VisibilityTimeout: "540",
  });
  const settings = {
    stage,
    region: aws.region,
    account: aws.account,
    topicArn: aws.topics.create(`ecr-pull-secrets-${stage}-alarms`),
    schedulePeriodMinutes: 10,
    queueUrl: queue.url,
    configFile: join(import.meta.dirname, "config.yml"),
  };
  return {
    aws,
    now,
    queueUrl: queue.url,
    settings,
    clusters,
    cluster: (name: ClusterName) => {
      const cluster = clusters.get(name);
      if (!cluster) {
        throw new Error(`the demo has no cluster ${name}`);
      }
      return cluster;
    },
    skipMinutes: (minutes: number) => {
      skippedMs += minutes * 60_000;
    },
    close: async () => {
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
      await aws.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Namespaces beside those that every cluster has. */
function inhabit(name: ClusterName, state: KubernetesApi["state"]): void {
  const namespaces = {
    "prod-eu": ["web", "team-a", "team-b"],
    "prod-us": ["web"],
    factory: ["line-1"],
  };
  for (const namespace of namespaces[name]) {
    state.createNamespace(namespace);
  }
  if (name === "prod-eu") {
    state.createNamespace("no-thanks", { "pull-ecr": "no" });
  }
  if (name === "prod-us") {
    state.createNamespace("leaving");
    state.deleteNamespace("leaving");
  }
}
