/** A scene with deployed stages: their refresh functions run in this process, as on Lambda. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExchangeOptions } from "../../src/registries/exchange.ts";
import { wireRefresh } from "../../src/wiring/refresh.ts";
import type { FunctionContext } from "../fakes/aws/lambda/function-run.ts";
import { type KubernetesApi, startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { startScene } from "./scene.ts";

/** What a stored credential may do: docs/rights.yaml. */
const rights = [
  { verbs: ["list"], resources: ["namespaces"] },
  {
    verbs: ["create", "patch", "list", "get"],
    resources: ["secrets"],
    resourceNames: ["ecr-pull"],
  },
  { verbs: ["list", "patch"], resources: ["serviceaccounts"], resourceNames: ["default"] },
];

const config = `
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["*"], exclude: [default, "kube-*"] }
    serviceAccounts: [default]
    registries: [{ type: ecr, region: us-east-1 }]
`;

export type DeployedScene = Awaited<ReturnType<typeof startDeployedScene>>;
type Handler = (event: { readonly cluster: string }, context: FunctionContext) => unknown;

/** @param exchanges where the functions find the registries of images */
export async function startDeployedScene(exchanges?: ExchangeOptions) {
  const scene = await startScene(["shop", "team-a"]);
  const { aws } = scene;
  // The SDK in the function finds its endpoint as on Lambda; its log isn't looked at here.
  Object.assign(process.env, aws.environment, {
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  await mkdir(join(scene.folder, "config"));
  const others: KubernetesApi[] = [];

  /** Without a handler: the real one, with that stage's config. */
  async function deploy(stage: string, handler?: Handler, content = config): Promise<void> {
    await scene.write(`config/${stage}.yml`, content);
    const name = `ecr-pull-secrets-${stage}-refresh`;
    aws.registerFunction(name, handler ?? realHandler(stage));
  }

  function realHandler(stage: string): Handler {
    const queue = aws.queues.create(`ecr-pull-secrets-${stage}-refresh.fifo`);
    const place = {
      region: aws.region,
      account: aws.account,
      queueUrl: queue.url,
      topicArn: `arn:aws:sns:${aws.region}:${aws.account}:alarms`,
      schedulePeriodMinutes: 10,
    };
    const settings = { stage, ...place, configFile: join(scene.folder, `config/${stage}.yml`) };
    return wireRefresh(settings, () => new Date(), exchanges);
  }

  /** @param tags without their prefix */
  function register(
    stage: string,
    name: string,
    { cluster = scene.cluster, tags = {} }: RegisterOptions = {},
  ): void {
    const user = cluster.addUser(`pull-secrets-${stage}-${name}`);
    cluster.state.grant(user.name, rights);
    const written = Object.entries(tags).map(([key, value]) => [`ecr-pull-secrets:${key}`, value]);
    const record = `ecr-pull-secrets/${stage}/clusters/${name}`;
    aws.secrets.create(record, cluster.kubeconfig(user), Object.fromEntries(written));
  }

  return {
    ...scene,
    config,
    deploy,
    register,
    /** A cluster beside the scene's own. */
    async startCluster(namespaces: readonly string[]): Promise<KubernetesApi> {
      const cluster = await startKubernetesApi();
      others.push(cluster);
      for (const namespace of namespaces) {
        cluster.state.createNamespace(namespace);
      }
      return cluster;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((cluster) => cluster.close()));
      await scene[Symbol.asyncDispose]();
    },
  };
}

interface RegisterOptions {
  readonly cluster?: KubernetesApi;
  readonly tags?: Readonly<Record<string, string>>;
}
