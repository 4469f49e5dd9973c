/**
 * Connections to registered clusters, kept as long as the warm function lives: an idle sweep over a
 * connection that is there costs one round trip.
 */
import type { ClusterRecord } from "../clusters/store.ts";
import type { EksTokenSource } from "../credentials/eks-token.ts";
import { KubeconfigError } from "../errors.ts";
import type { ClusterAccess, EksCredential } from "../kubernetes/cluster-access.ts";
import { type ClusterConnection, createClusterConnection } from "../kubernetes/connection.ts";
import { cachedCredential } from "../kubernetes/kubeconfig/cached-credential.ts";
import { parseUntrustedKubeconfig } from "../kubernetes/kubeconfig-untrusted.ts";
import type { ConnectionOptions } from "../kubernetes/transport/options.ts";
import type { OpenedCluster } from "../worker/sweep-registered.ts";

export interface OpenClustersOptions {
  readonly eksTokens: EksTokenSource;
  readonly isInsecureTlsAllowed: (cluster: string) => boolean;
  /** Where a signed token may go; default: to the hosts that EKS gives out. */
  readonly isEksHost?: ((hostname: string) => boolean) | undefined;
  readonly now: () => Date;
  /** Connections beyond this are closed, the one unused for longest first. */
  readonly maxOpen: number;
  /** What differs from the transport's own limits and patience. */
  readonly connection?: Partial<ConnectionOptions>;
}

interface OpenCluster {
  readonly versionId: string | undefined;
  readonly connection: ClusterConnection;
}

export interface OpenClusters {
  /** @throws KubeconfigError */
  open(record: ClusterRecord, abort: AbortSignal): Promise<OpenedCluster>;
  close(): Promise<void>;
}

export function openClusters(options: OpenClustersOptions): OpenClusters {
  // A Map keeps the order of insertion: re-inserted at each use, its first is the oldest.
  const open = new Map<string, OpenCluster>();

  async function drop(name: string) {
    const cluster = open.get(name);
    open.delete(name);
    await cluster?.connection.close();
  }

  async function connectionTo(record: ClusterRecord): Promise<ClusterConnection> {
    const { name, versionId } = record;
    const known = open.get(name);
    open.delete(name);
    if (known && known.versionId === versionId) {
      open.set(name, known);
      return known.connection;
    }
    try {
      const connection = createClusterConnection(accessOf(record, options), options.connection);
      // Before anything is waited for: two sweeps that come at once share it.
      open.set(name, { versionId, connection });
      return connection;
    } finally {
      await known?.connection.close();
      await dropOldest();
    }
  }

  async function dropOldest() {
    const [oldest] = open.keys();
    if (open.size > options.maxOpen && oldest !== undefined) {
      await drop(oldest);
    }
  }

  return {
    async open(record, abort) {
      const connection = await connectionTo(record);
      return { api: connection.api(abort), stats: () => connection.stats };
    },
    close: async () => void (await Promise.all([...open.keys()].map(drop))),
  };
}

function accessOf(record: ClusterRecord, options: OpenClustersOptions): ClusterAccess {
  if (record.kubeconfig instanceof KubeconfigError) {
    throw record.kubeconfig;
  }
  const { endpoint, authentication } = parseUntrustedKubeconfig(record.kubeconfig.reveal(), {
    source: `the record of ${record.name}`,
    insecureTlsAllowed: options.isInsecureTlsAllowed(record.name),
    isEksHost: options.isEksHost,
    now: options.now(),
  });
  if (authentication.kind === "static") {
    const { credential } = authentication;
    return { ...endpoint, credential: async () => credential };
  }
  return { ...endpoint, credential: eksCredential(authentication.eks, options) };
}

/** Signed anew well before it ends: it is good for 15 minutes, and a sweep takes less than two. */
const renewBeforeMs = 5 * 60_000;

function eksCredential(eks: EksCredential, { eksTokens, now }: OpenClustersOptions) {
  return cachedCredential(async () => {
    const { token, expiresAt } = await eksTokens.tokenFor(eks);
    const reuseUntil = new Date(expiresAt.getTime() - renewBeforeMs);
    return { credential: { token, clientCertificate: undefined, expiresAt }, reuseUntil };
  }, now);
}
