/** What registration has of a cluster: an administrator's view of it, and the kubeconfig to store. */
import { KubeconfigError } from "../errors.ts";
import type { ClusterAccess } from "../kubernetes/cluster-access.ts";
import { type ClusterConnection, createClusterConnection } from "../kubernetes/connection.ts";
import { loadTrustedKubeconfig, type TrustedOptions } from "../kubernetes/kubeconfig-trusted.ts";
import type { StoredKubeconfigs } from "../registration/access/stored-kubeconfigs.ts";
import type { AdminApi } from "../registration/ports.ts";
import { SecretValue } from "../secret-value.ts";
import { type Destination, type DestinationOptions, destinationOf } from "./destination.ts";
import {
  type AdministerOptions,
  addressOf,
  type RecordOptions,
  storedKubeconfigs,
} from "./stored-kubeconfigs.ts";

export interface AdminClusterOptions extends DestinationOptions, Omit<AdministerOptions, "now"> {
  readonly kubeconfig: TrustedOptions;
}

export interface AdminCluster extends AsyncDisposable {
  /** Context and address of the administrator's kubeconfig, for people. */
  readonly context: string;
  readonly server: string;
  readonly admin: AdminApi;
  /** @throws KubeconfigError for what the deployed function would refuse */
  kubeconfigsFor(options: RecordOptions): StoredKubeconfigs;
}

/**
 * Connects nowhere yet, unless another address than the context's is to be stored.
 * @throws KubeconfigError, UserError
 */
export async function openAdminCluster(options: AdminClusterOptions): Promise<AdminCluster> {
  const { now } = options.kubeconfig;
  const access = await loadTrustedKubeconfig(options.kubeconfig);
  const destination = await destinationOf(access, options, now());
  return administer(access, destination, { ...options, now });
}

/** Connects nowhere yet. */
export function administer(
  access: ClusterAccess,
  destination: Destination,
  options: AdministerOptions,
): AdminCluster {
  const connections: ClusterConnection[] = [];
  const connect = (to: ClusterAccess) => {
    const connection = createClusterConnection(to, options.connection);
    connections.push(connection);
    return connection;
  };
  return {
    context: access.context,
    server: addressOf(access),
    admin: connect(access).admin(options.abort),
    kubeconfigsFor(record) {
      const kubeconfigs = storedKubeconfigs({ access, destination, connect, options }, record);
      requireStorable(kubeconfigs);
      return kubeconfigs;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

const placeholder = new SecretValue("placeholder");

/** What the deployed function would refuse isn't worth a single write. @throws KubeconfigError */
function requireStorable(kubeconfigs: StoredKubeconfigs): void {
  try {
    kubeconfigs.connect(kubeconfigs.render({ kind: "token", token: placeholder }, undefined));
  } catch (error) {
    if (error instanceof KubeconfigError) {
      throw new KubeconfigError(`what would be stored is no good: ${error.message}`, {
        hint: `${error.hint ?? ""} Or name what is to be stored instead: --server <url>.`.trim(),
      });
    }
    throw error;
  }
}
