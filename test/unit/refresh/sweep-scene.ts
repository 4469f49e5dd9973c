/**
 * Whole sweeps for tests: a cluster and AWS over real sockets, and a deployment that may do in the
 * cluster what its config needs and nothing else. Each sweep is a process that has just started.
 */
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { afterEach, expect, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { createClusterConnection } from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import type { ConnectionOptions } from "../../../src/kubernetes/transport/options.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import type { SweepProgress } from "../../../src/refresh/ports.ts";
import {
  carryOut,
  planCluster,
  refreshCluster,
  type SweepPorts,
} from "../../../src/refresh/refresh-cluster.ts";
import type { SweepReport } from "../../../src/refresh/report/report.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import type { AccessRule } from "../../contracts/kubernetes-target.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import { startKubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";

export const region = "us-east-1";
export const hourMs = 3_600_000;
const clusterName = "prod-eu";
const sweeper = "sweeper";

/** As in a config file; what is left out has defaults here. */
export interface PullSecretInput {
  readonly name?: string;
  readonly namespaces?: unknown;
  /** Undefined, if it is said outright: none. */
  readonly registries?: readonly object[] | undefined;
  readonly serviceAccounts?: readonly string[];
  readonly adopt?: boolean;
  readonly prune?: boolean;
  readonly format?: object;
  readonly restart?: readonly string[];
}

export interface SceneOptions {
  /** Besides the four that every cluster has; none of those is selected by default. */
  readonly namespaces?: readonly string[];
  readonly http2?: boolean;
  readonly roles?: readonly string[];
  /** Default: what the pull secrets of the tests here need. */
  readonly rights?: readonly AccessRule[];
}

export interface SweepOptions {
  readonly pullSecrets?: readonly PullSecretInput[];
  readonly stage?: string;
  /** Happens when the plan is made and nothing is done yet. */
  readonly between?: () => unknown;
  readonly onApplied?: SweepProgress["applied"];
  /** Aborted: nothing new is begun. */
  readonly stop?: AbortSignal;
  /** Aborted: what is in flight is given up. */
  readonly abort?: AbortSignal;
  readonly connection?: Partial<ConnectionOptions>;
}

export type Scene = Awaited<ReturnType<typeof startScene>>;

/** Call once per file: scenes end with their test, and then nothing that was shown holds a token. */
export function scenes(): (options?: SceneOptions) => Promise<Scene> {
  const started: Scene[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const scene of started.splice(0)) {
      await scene.close();
      expect(scene.cluster.surprises.filter(isSurprising)).toEqual([]);
      expectNoSecretIn(scene.shown, scene.secrets());
    }
  });
  return async (options) => {
    const scene = await startScene(options);
    started.push(scene);
    return scene;
  };
}

/** A connection that a fault reset in the middle of a request's body is no surprise. */
function isSurprising(message: string): boolean {
  return !message.startsWith("Error: Premature close");
}

async function startScene(options: SceneOptions = {}) {
  // From the real time on: the AWS SDK goes by it when a role's session ends.
  let nowMs = Date.now();
  const now = () => new Date(nowMs);
  const [cluster, aws] = await Promise.all([
    startKubernetesApi({ http2: options.http2 ?? true }),
    startAws({ now, roles: options.roles ?? [] }),
  ]);
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  for (const name of options.namespaces ?? []) {
    cluster.state.createNamespace(name);
  }
  const user = cluster.addUser(sweeper);
  cluster.state.grant(sweeper, options.rights ?? usualRights);
  const shown: unknown[] = [];
  const pausesMs: number[] = [];

  async function sweep(sweepOptions: SweepOptions = {}): Promise<SweepReport> {
    const owner = { account: aws.account, region, stage: sweepOptions.stage ?? "prod" };
    const desired = desiredPullSecrets(readConfig(sweepOptions), clusterName, owner);
    const connection = createClusterConnection(accessTo(cluster.kubeconfig(user)), {
      ...hasty(pausesMs, options.namespaces?.length ?? 0),
      ...sweepOptions.connection,
    });
    try {
      const api = connection.api(sweepOptions.abort ?? never());
      const ports = { ...portsOf(sweepOptions, now), api };
      const report = await run({ cluster: clusterName, owner, desired }, ports, sweepOptions);
      shown.push(report);
      return report;
    } catch (error) {
      shown.push(error);
      throw error;
    } finally {
      await connection.close();
    }
  }

  return {
    cluster,
    aws,
    /** Everything that sweeps answered or threw. */
    shown,
    /** What requests waited before they were repeated; in truth it is a hundredth of it. */
    pausesMs: pausesMs as readonly number[],
    passHours: (hours: number) => {
      nowMs += hours * hourMs;
    },
    sweep,
    /** What nobody may see: registry passwords and the kubeconfig's token. */
    secrets: () => [
      user.token,
      ...[...aws.tokens, ...aws.publicTokens].flatMap(({ password }) => tracesOf(password)),
      ...aws.secrets.texts().flatMap(passwordsIn),
      ...aws.sessions.flatMap((each) => [each.secretAccessKey, each.sessionToken.slice(40, 72)]),
    ],
    close: () => Promise.all([cluster.close(), aws.close()]),
  };
}

/** In one go as a deployed sweep, or in two steps with something in between. */
async function run(
  sweep: Parameters<typeof planCluster>[0],
  ports: SweepPorts,
  { between }: SweepOptions,
): Promise<SweepReport> {
  if (!between) {
    return refreshCluster(sweep, ports);
  }
  const planned = await planCluster(sweep, ports);
  await between();
  return carryOut(planned, ports);
}

function portsOf({ stage = "prod", stop, onApplied }: SweepOptions, now: () => Date) {
  const timeouts = { connectMs: 500, requestMs: 500 };
  const session = createAwsSession({ region, name: stage, timeouts });
  return {
    credentials: createCredentials({ session, now }),
    now,
    stop: stop ?? never(),
    progress: { minted: () => {}, applied: onApplied ?? (() => {}) },
  };
}

function readConfig({ pullSecrets = [{}] }: SweepOptions) {
  const defaults = {
    name: "ecr-pull",
    namespaces: { include: ["*"], exclude: ["default", "kube-*"] },
    registries: [{ type: "ecr", region }],
  };
  const config = {
    schedule: "rate(10 minutes)",
    pullSecrets: pullSecrets.map((input) => ({ ...defaults, ...input })),
  };
  return parseConfig(JSON.stringify(config), "config/test.yml").pullSecrets;
}

function accessTo(kubeconfig: string) {
  const { endpoint, authentication } = parseUntrustedKubeconfig(kubeconfig, {
    source: "the stored kubeconfig",
    insecureTlsAllowed: false,
    now: new Date(),
  });
  if (authentication.kind !== "static") {
    throw new Error("expected a kubeconfig with a token");
  }
  const { credential } = authentication;
  return { ...endpoint, credential: async () => credential };
}

/** The same rules of patience, a hundred times faster; hundreds of writes at once take a while. */
function hasty(pausesMs: number[], namespaces: number): Partial<ConnectionOptions> {
  const answerTimeoutMs = 400 + 10 * namespaces;
  return {
    connectTimeoutMs: 1_000,
    headersTimeoutMs: answerTimeoutMs,
    bodyTimeoutMs: answerTimeoutMs,
    world: {
      now: Date.now,
      random: Math.random,
      sleep: (ms, signal) => {
        pausesMs.push(ms);
        return delay(ms / 100, undefined, { signal });
      },
    },
  };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

export const usualRights: readonly AccessRule[] = [
  { resources: ["namespaces"], verbs: ["list"] },
  {
    resources: ["secrets"],
    resourceNames: ["ecr-pull", "other-pull"],
    verbs: ["list", "get", "create", "patch", "delete"],
  },
  {
    resources: ["serviceaccounts"],
    resourceNames: ["default", "builder"],
    verbs: ["list", "patch"],
  },
  {
    apiGroups: ["apps"],
    resources: ["deployments", "statefulsets"],
    resourceNames: ["docker-registry"],
    verbs: ["list", "patch"],
  },
];

/** A password as a whole is long: an error might quote its beginning, or another form of it. */
function tracesOf(password: string): string[] {
  const login = Buffer.from(`AWS:${password}`).toString("base64");
  return [password.slice(40, 72), login.slice(60, 92)];
}

/** In the text of a kept secret: what is told of the rest, such as a username, is no secret. */
function passwordsIn(text: string): string[] {
  return /"password":\s*"([^"]+)"/.exec(text)?.slice(1) ?? [text];
}

function expectNoSecretIn(shown: readonly unknown[], secrets: readonly string[]): void {
  const text = [JSON.stringify(shown), inspect(shown, seen)].join("\n");
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

const seen = {
  depth: 30,
  showHidden: true,
  maxStringLength: null,
  maxArrayLength: null,
  // All of it in any form: to make it pretty takes most of the time.
  compact: false,
  breakLength: Number.POSITIVE_INFINITY,
};

/** `team-1`, `team-2`, … */
export function numbered(count: number, prefix = "team"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** The docker config in a secret: logins by host. */
export function loginsIn(
  { cluster }: Pick<Scene, "cluster">,
  namespace: string,
  name = "ecr-pull",
): Readonly<Record<string, unknown>> {
  const content = cluster.state.secretData(namespace, name)?.[".dockerconfigjson"];
  return JSON.parse(content ?? "{}").auths ?? {};
}

/** What was asked of the cluster, as `verb resource`, and how often. */
export function calls({ cluster }: Pick<Scene, "cluster">): Readonly<Record<string, number>> {
  const names = cluster.requests.map(({ verb, path }) => `${verb} ${resourceIn(path)}`);
  return Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, each]) => [name, each.length]),
  );
}

const resourcePattern = /\/(secrets|serviceaccounts|deployments|statefulsets)(?:\/|$)/;

function resourceIn(path: string): string {
  const [, resource] = resourcePattern.exec(path) ?? [];
  return resource ?? path.replace("/api/v1/", "");
}

export const secretPath = (namespace: string, name = "ecr-pull") =>
  `/api/v1/namespaces/${namespace}/secrets/${name}`;
