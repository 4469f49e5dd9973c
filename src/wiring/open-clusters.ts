/**
 * Connections to registered clusters, kept as long as the warm function lives: an idle sweep over a
 * connection that is there costs one round trip.
 */
import { type ClusterRecord, kubeconfigIn } from "../clusters/store.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { type ClusterConnection, createClusterConnection } from "../kubernetes/connection.ts";
import { describeStoredCredential } from "../kubernetes/stored-kubeconfig.ts";
import type { ConnectionOptions } from "../kubernetes/transport/options.ts";
import type { RotationPorts } from "../worker/rotation/ports.ts";
import type { OpenedCluster } from "../worker/sweep-registered.ts";
import { accessOf, type RecordAccessOptions } from "./record-access.ts";

export interface OpenClustersOptions extends RecordAccessOptions {
  /** Connections beyond this are closed, the one unused for longest first. */
  readonly maxOpen: number;
  /** What differs from the transport's own limits and patience. */
  readonly connection?: Partial<ConnectionOptions>;
}

interface OpenCluster extends Connected {
  readonly versionId: string | undefined;
  readonly credential: StoredCredential;
}

interface Connected {
  readonly connection: ClusterConnection;
  readonly unverified: boolean;
}

export interface OpenClusters {
  /** @throws KubeconfigError */
  open(record: ClusterRecord, abort: AbortSignal): Promise<OpenedCluster>;
  /** Beside the connections that are kept. */
  readonly tryOut: RotationPorts["tryOut"];
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

  async function clusterOf(record: ClusterRecord): Promise<OpenCluster> {
    const { name, versionId } = record;
    const known = open.get(name);
    open.delete(name);
    if (known && known.versionId === versionId) {
      open.set(name, known);
      return known;
    }
    try {
      const cluster = { versionId, credential: credentialOf(record), ...connect(record, options) };
      // Before anything is waited for: two sweeps that come at once share it.
      open.set(name, cluster);
      return cluster;
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
      const { connection, credential, unverified } = await clusterOf(record);
      return {
        api: connection.api(abort),
        tokens: connection.tokens(abort),
        credential,
        unverified,
        stats: () => connection.stats,
      };
    },
    async tryOut(record, abort, read) {
      const { connection } = connect(record, options);
      try {
        await read(connection.api(abort));
      } finally {
        await connection.close();
      }
    },
    close: async () => void (await Promise.all([...open.keys()].map(drop))),
  };
}

/** @throws KubeconfigError */
function connect(record: ClusterRecord, options: OpenClustersOptions): Connected {
  const access = accessOf(record, options);
  const connection = createClusterConnection(access, options.connection);
  return { connection, unverified: access.insecureSkipTlsVerify };
}

/** @throws KubeconfigError */
function credentialOf(record: ClusterRecord): StoredCredential {
  return describeStoredCredential(kubeconfigIn(record));
}
