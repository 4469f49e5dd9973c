/** A cluster's API server, connected: what the sweep's port to it is made from. */
import type { ClusterApi } from "../refresh/ports.ts";
import type { AdminApi } from "../registration/ports.ts";
import { createAdminApi, type ServerAnswers, type TokenRequests } from "./admin-api.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { KubernetesClusterApi } from "./cluster-api.ts";
import type { Protocol } from "./transport/dispatchers.ts";
import { ConnectionLink } from "./transport/link.ts";
import { type ConnectionOptions, defaultConnectionOptions } from "./transport/options.ts";
import { createSender, type RequestCounters, readCredential } from "./transport/request.ts";

export interface ConnectionStats extends Readonly<RequestCounters> {
  /** TLS handshakes that succeeded. */
  readonly connections: number;
}

export interface ClusterConnection {
  /** For one sweep: the signal ends its requests, not the connection. Costs nothing. */
  api(signal: AbortSignal): ClusterApi;
  /** For one diagnosis, or one proof of rights. */
  answers(signal: AbortSignal): ServerAnswers;
  tokens(signal: AbortSignal): TokenRequests;
  /** Whatever the credential may: for registration, from a person's own kubeconfig. */
  admin(signal: AbortSignal): AdminApi;
  readonly stats: ConnectionStats;
  /** As negotiated; undefined before the first connection. */
  readonly protocol: Protocol | undefined;
  /**
   * Connects now, while other things are waited for.
   * @throws ClusterError
   */
  warm(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** One connection to one cluster; it outlives sweeps, and mends itself. */
export function createClusterConnection(
  access: ClusterAccess,
  overrides: Partial<ConnectionOptions> = {},
): ClusterConnection {
  const options = { ...defaultConnectionOptions, ...overrides };
  const link = new ConnectionLink(access, options);
  const counters: RequestCounters = { requests: 0, retries: 0, bytesSent: 0, bytesReceived: 0 };
  const send = createSender(access, link, options, counters);
  const { maxListBytes, maxAnswerBytes, world } = options;
  const limits = { maxListBytes, maxAnswerBytes };
  const admin = (signal: AbortSignal) =>
    createAdminApi(send, { ...limits, signal, now: () => world.now() });
  return {
    api: (signal) => new KubernetesClusterApi(send, { ...limits, signal }),
    answers: admin,
    tokens: admin,
    admin,
    get stats() {
      return { connections: link.connections, ...counters };
    },
    get protocol() {
      return link.protocol;
    },
    warm: async () => {
      const { clientCertificate } = await readCredential(access);
      await link.use(clientCertificate, async () => {});
    },
    close: () => link.close(),
  };
}
