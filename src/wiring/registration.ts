/** What registration has of a cluster: an administrator's view of it, and the kubeconfig to store. */
import { createAwsSession } from "../aws/session.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import type { ClusterAccess, ClusterEndpoint } from "../kubernetes/cluster-access.ts";
import { type ClusterConnection, createClusterConnection } from "../kubernetes/connection.ts";
import { loadTrustedKubeconfig, type TrustedOptions } from "../kubernetes/kubeconfig-trusted.ts";
import {
  describeStoredCredential,
  renderStoredKubeconfig,
} from "../kubernetes/stored-kubeconfig.ts";
import type { ConnectionOptions } from "../kubernetes/transport/options.ts";
import type { AdminApi } from "../registration/ports.ts";
import type { StoredKubeconfigs } from "../registration/stored-kubeconfigs.ts";
import { SecretValue } from "../secret-value.ts";
import { type Destination, type DestinationOptions, destinationOf } from "./destination.ts";
import { accessOf, type RecordAccessOptions } from "./record-access.ts";

export interface AdminClusterOptions extends DestinationOptions {
  readonly kubeconfig: TrustedOptions;
  /** Ends what only looks. */
  readonly stop: AbortSignal;
  /** Ends what writes, too. */
  readonly abort: AbortSignal;
  /** What differs from the transport's own limits and patience. */
  readonly connection?: Partial<ConnectionOptions>;
}

export interface RecordOptions {
  /** The name that it is registered by. */
  readonly cluster: string;
  readonly insecureTlsAllowed: boolean;
  /** Where a token for EKS is signed. */
  readonly region: string;
  readonly profile: string | undefined;
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
  const { kubeconfig, abort } = options;
  const access = await loadTrustedKubeconfig(kubeconfig);
  const destination = await destinationOf(access, options, kubeconfig.now());
  const connections: ClusterConnection[] = [];
  const connect = (to: ClusterAccess) => {
    const connection = createClusterConnection(to, options.connection);
    connections.push(connection);
    return connection;
  };
  return {
    context: access.context,
    server: addressOf(access),
    admin: connect(access).admin(abort),
    kubeconfigsFor(record) {
      const kubeconfigs = storedKubeconfigs({ access, destination, connect, options }, record);
      // What the deployed function would refuse isn't worth a single write.
      kubeconfigs.connect(kubeconfigs.render({ kind: "token", token: placeholder }, undefined));
      return kubeconfigs;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

const placeholder = new SecretValue("placeholder");

interface Parts {
  readonly access: ClusterAccess;
  readonly destination: Destination;
  readonly connect: (to: ClusterAccess) => ClusterConnection;
  readonly options: AdminClusterOptions;
}

function storedKubeconfigs(parts: Parts, record: RecordOptions): StoredKubeconfigs {
  const { access, connect, options } = parts;
  const { endpoint, unreached } = parts.destination;
  const { cluster } = record;
  const rules = recordRules(record, options.kubeconfig.now);
  const open = (kubeconfig: SecretValue, at?: Date) =>
    accessOf({ name: cluster, versionId: undefined, kubeconfig }, rules, at);
  return {
    server: addressOf(endpoint),
    unreached,
    render: (user, tokenLifetimeSeconds) =>
      renderStoredKubeconfig({ cluster, endpoint, user, tokenLifetimeSeconds }),
    read: (kubeconfig) => ({
      // What has expired is told apart from what can't be read.
      server: addressOf(open(kubeconfig, new Date(0))),
      credential: describeStoredCredential(kubeconfig),
    }),
    connect(kubeconfig) {
      const stored = open(kubeconfig);
      const through =
        unreached === undefined ? stored : { ...access, credential: stored.credential };
      const connection = connect(through);
      return {
        rights: connection.answers(options.stop),
        cluster: connection.api(options.stop),
      };
    },
  };
}

function recordRules(record: RecordOptions, now: () => Date): RecordAccessOptions {
  const { region, profile, insecureTlsAllowed } = record;
  const session = createAwsSession({ region, profile, name: "command-line" });
  return {
    eksTokens: createEksTokenSource({ session, now }),
    isInsecureTlsAllowed: () => insecureTlsAllowed,
    now,
  };
}

/** As addresses of API servers are compared. */
export function addressOf({ server }: Pick<ClusterEndpoint, "server">): string {
  return `${server.origin}${server.pathname.replace(/\/+$/, "")}`;
}
