/** Our own sweep, as the program runs it: everything due, or nothing. */
import type { ClusterAccess } from "../../../src/kubernetes/cluster-access.ts";
import {
  type ClusterConnection,
  createClusterConnection,
} from "../../../src/kubernetes/connection.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import type { CredentialSource } from "../../../src/refresh/ports.ts";
import { carryOut, planCluster, type SweepPorts } from "../../../src/refresh/refresh-cluster.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import type { RunRequest, RunResult } from "./contestant.ts";
import { credentialOf, owner, renewalTime, secretNames } from "./renewal.ts";

const cluster = "bench";

const desired = desiredPullSecrets(
  [
    {
      name: secretNames.sweep,
      clusters: ["*"],
      namespaces: { include: ["*"], exclude: ["kube-*", "default"], selector: undefined },
      serviceAccounts: [],
      registries: [
        {
          type: "ecr",
          region: owner.region,
          accounts: undefined,
          roleArn: undefined,
          endpoints: ["ipv4"],
          repositories: undefined,
        },
      ],
      format: { type: "dockerconfigjson", email: undefined },
      restart: [],
      adopt: false,
      prune: false,
    },
  ],
  cluster,
  owner,
);

export async function runSweep(request: RunRequest): Promise<RunResult> {
  const connection = createClusterConnection(accessTo(request));
  try {
    const ports = portsOver(connection, request.renewal);
    const startedAtMs = performance.now();
    const planned = await planCluster({ cluster, owner, desired }, ports);
    const plannedAtMs = performance.now();
    const report = await carryOut(planned, ports);
    const endedAtMs = performance.now();
    const { counts, failures } = report;
    return {
      totalMs: endedAtMs - startedAtMs,
      applyMs: endedAtMs - plannedAtMs,
      written: counts.created + counts.renewed,
      failed: counts.failed,
      requests: connection.stats.requests,
      bytesReceived: connection.stats.bytesReceived,
      problems: failures.map(({ message }) => message),
    };
  } finally {
    await connection.close();
  }
}

/** Cold and, over the connection that it leaves, once more. */
export async function runIdleSweep(request: RunRequest): Promise<RunResult> {
  const connection = createClusterConnection(accessTo(request));
  try {
    const cold = await sweepOnce(connection, request);
    const { requests, bytesReceived } = connection.stats;
    const warm = await sweepOnce(connection, request);
    const { counts, failures } = cold.report;
    const written = counts.created + counts.renewed + counts.restored + counts.minted;
    return {
      totalMs: cold.ms,
      applyMs: 0,
      warmMs: warm.ms,
      written,
      failed: counts.failed,
      requests,
      bytesReceived,
      problems: failures.map(({ message }) => message),
    };
  } finally {
    await connection.close();
  }
}

async function sweepOnce(connection: ClusterConnection, { renewal }: RunRequest) {
  const ports = portsOver(connection, renewal);
  const startedAtMs = performance.now();
  const report = await carryOut(await planCluster({ cluster, owner, desired }, ports), ports);
  return { report, ms: performance.now() - startedAtMs };
}

function portsOver(connection: ClusterConnection, renewal: number): SweepPorts {
  const { signal } = new AbortController();
  const now = renewalTime(renewal);
  const credentials: CredentialSource = {
    currentVersion: async () => undefined,
    mint: async () => credentialOf(renewal),
    covers: () => true,
  };
  const progress = { minted: () => {}, applied: () => {} };
  return { api: connection.api(signal), credentials, now: () => now, stop: signal, progress };
}

function accessTo({ url, ca, token }: RunRequest): ClusterAccess {
  const credential = {
    token: new SecretValue(token),
    clientCertificate: undefined,
    expiresAt: undefined,
  };
  return {
    context: cluster,
    server: new URL(url),
    ca,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxy: undefined,
    credential: async () => credential,
  };
}
