/** The kubeconfig that a record holds: rendered, read and tried as the deployed function would. */
import { createAwsSession } from "../aws/session.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import type { ClusterAccess, ClusterEndpoint } from "../kubernetes/cluster-access.ts";
import type { ClusterConnection } from "../kubernetes/connection.ts";
import {
  describeStoredCredential,
  renderStoredKubeconfig,
} from "../kubernetes/stored-kubeconfig.ts";
import type { ConnectionOptions } from "../kubernetes/transport/options.ts";
import type { StoredKubeconfigs } from "../registration/access/stored-kubeconfigs.ts";
import type { SecretValue } from "../secret-value.ts";
import type { Destination } from "./destination.ts";
import { accessOf, type RecordAccessOptions } from "./record-access.ts";

export interface RecordOptions {
  /** The name that it is registered by. */
  readonly cluster: string;
  readonly insecureTlsAllowed: boolean;
  /** Where a token for EKS is signed. */
  readonly region: string;
  readonly profile: string | undefined;
}

export interface AdministerOptions {
  readonly now: () => Date;
  /** Ends what only looks. */
  readonly stop: AbortSignal;
  /** Ends what writes, too. */
  readonly abort: AbortSignal;
  /** What differs from the transport's own limits and patience. */
  readonly connection?: Partial<ConnectionOptions>;
  /** Where a token for EKS may go; default: to the hosts that EKS gives out. */
  readonly isEksHost?: RecordAccessOptions["isEksHost"];
}

export interface Parts {
  readonly access: ClusterAccess;
  readonly destination: Destination;
  readonly connect: (to: ClusterAccess) => ClusterConnection;
  readonly options: AdministerOptions;
}

export function storedKubeconfigs(parts: Parts, record: RecordOptions): StoredKubeconfigs {
  const { access, connect, options } = parts;
  const { endpoint, unreached } = parts.destination;
  const { cluster } = record;
  const rules = recordRules(record, options);
  const open = (kubeconfig: SecretValue, at?: Date) =>
    accessOf({ name: cluster, versionId: undefined, kubeconfig }, rules, at);
  return {
    server: addressOf(endpoint),
    unreached,
    verified: !endpoint.insecureSkipTlsVerify,
    render: (user, tokenLifetimeSeconds) =>
      renderStoredKubeconfig({
        cluster,
        endpoint,
        user,
        tokenLifetimeSeconds,
        isEksHost: options.isEksHost,
      }),
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

function recordRules(
  record: RecordOptions,
  { now, isEksHost }: AdministerOptions,
): RecordAccessOptions {
  const { region, profile, insecureTlsAllowed } = record;
  const session = createAwsSession({ region, profile, name: "command-line" });
  return {
    eksTokens: createEksTokenSource({ session, now }),
    isInsecureTlsAllowed: () => insecureTlsAllowed,
    isEksHost,
    now,
  };
}

/** As addresses of API servers are compared. */
export function addressOf({ server }: Pick<ClusterEndpoint, "server">): string {
  return `${server.origin}${server.pathname.replace(/\/+$/, "")}`;
}
