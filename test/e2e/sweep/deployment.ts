/**
 * What a deployment does to one cluster, without the deployment: a stored kubeconfig and AWS
 * credentials from the environment, each sweep in a process that has just started.
 */
import { createAwsSession } from "../../../src/aws/session.ts";
import { parseConfig } from "../../../src/config/load.ts";
import {
  type ClusterConnection,
  type ConnectionStats,
  createClusterConnection,
} from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { refreshCluster } from "../../../src/refresh/refresh-cluster.ts";
import type { SweepReport } from "../../../src/refresh/report/report.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import type { Clock } from "./clock.ts";
import { holdWrites, type Meanwhile } from "./hold-writes.ts";

export interface DeploymentOptions {
  readonly kubeconfig: string;
  readonly account: string;
  /** Makes its secrets its own: scenarios in one cluster don't see those of one another. */
  readonly stage: string;
  readonly clock: Clock;
}

/** As in a config file; `name` and `registries` have defaults here. */
export interface PullSecretInput {
  readonly name?: string;
  readonly namespaces: unknown;
  readonly registries?: readonly object[];
  readonly format?: object;
  readonly serviceAccounts?: readonly string[];
  readonly restart?: readonly string[];
  readonly adopt?: boolean;
  readonly prune?: boolean;
}

export interface SweepResult extends SweepReport {
  readonly connection: ConnectionStats;
}

export interface Deployment {
  readonly owner: string;
  readonly kubeconfig: string;
  sweep(pullSecrets: readonly PullSecretInput[], meanwhile?: Meanwhile): Promise<SweepResult>;
}

export const region = "us-east-1";

export function createDeployment(options: DeploymentOptions): Deployment {
  const { kubeconfig, account, stage, clock } = options;
  const owner = { account, region, stage };
  const cluster = "prod";
  const { now } = clock;
  return {
    owner: `${account}/${region}/${stage}`,
    kubeconfig,
    sweep: async (pullSecrets, meanwhile) => {
      const desired = desiredPullSecrets(readConfig(pullSecrets), cluster, owner);
      const session = createAwsSession({ region, name: stage });
      const credentials = createCredentials({ session, now });
      const connection = connect(kubeconfig);
      try {
        const direct = connection.api(new AbortController().signal);
        const api = meanwhile ? holdWrites(direct, meanwhile) : direct;
        const stop = new AbortController().signal;
        const progress = { minted: () => {}, applied: () => {} };
        const ports = { api, credentials, now, stop, progress };
        const report = await refreshCluster({ cluster, owner, desired }, ports);
        return { ...report, connection: connection.stats };
      } finally {
        await connection.close();
      }
    },
  };
}

function readConfig(inputs: readonly PullSecretInput[]) {
  const defaults = { name: "ecr-pull", registries: [{ type: "ecr", region }] };
  const pullSecrets = inputs.map((input) => ({ ...defaults, ...input }));
  const config = JSON.stringify({ schedule: "rate(10 minutes)", pullSecrets });
  return parseConfig(config, "config/e2e.yml").pullSecrets;
}

/** As the refresh function does: with a kubeconfig that is not trusted. */
export function connect(kubeconfig: string): ClusterConnection {
  const { endpoint, authentication } = parseUntrustedKubeconfig(kubeconfig, {
    source: "the stored kubeconfig",
    insecureTlsAllowed: false,
    // The real time: it is about the cluster's own token.
    now: new Date(),
  });
  if (authentication.kind !== "static") throw new Error("expected a token or a certificate");
  const { credential } = authentication;
  return createClusterConnection({ ...endpoint, credential: async () => credential });
}
