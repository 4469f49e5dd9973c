/** An EKS cluster as whoever registers it sees it: by a context, or with their AWS credentials. */
import { createAwsSession } from "../aws/session.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import type { EksCluster } from "../eks/eks-api.ts";
import { UserError } from "../errors.ts";
import type { ClusterAccess, ClusterEndpoint } from "../kubernetes/cluster-access.ts";
import { loadTrustedKubeconfig, type TrustedOptions } from "../kubernetes/kubeconfig-trusted.ts";
import { renderStoredKubeconfig } from "../kubernetes/stored-kubeconfig.ts";
import { accessOf } from "./record-access.ts";
import { type AdminCluster, administer } from "./registration.ts";
import { type AdministerOptions, addressOf } from "./stored-kubeconfigs.ts";

export interface EksClusterOptions extends AdministerOptions {
  readonly eks: EksCluster;
  readonly region: string;
  readonly profile: string | undefined;
  /** Undefined: the caller's AWS credentials sign. */
  readonly kubeconfig: TrustedOptions | undefined;
}

/** @throws KubeconfigError, UserError for a context of another cluster */
export async function openEksCluster(options: EksClusterOptions): Promise<AdminCluster> {
  const { eks } = options;
  const endpoint: ClusterEndpoint = {
    context: `EKS cluster ${eks.name}`,
    server: eks.endpoint,
    ca: eks.ca,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxy: undefined,
  };
  const access = options.kubeconfig
    ? await contextOf(endpoint, options.kubeconfig)
    : signedAccess(endpoint, options);
  const isDirect = addressOf(access) === addressOf(endpoint);
  const unreached = isDirect ? undefined : "the context has another way to it";
  return administer(access, { endpoint, unreached }, options);
}

/** Behind a tunnel it has another address; its CA is no other cluster's. */
async function contextOf(
  endpoint: ClusterEndpoint,
  kubeconfig: TrustedOptions,
): Promise<ClusterAccess> {
  const access = await loadTrustedKubeconfig(kubeconfig);
  const isSame = addressOf(access) === addressOf(endpoint) || sameText(access.ca, endpoint.ca);
  if (!isSame) {
    throw new UserError(
      `context ${access.context} leads to ${addressOf(access)}, and ${endpoint.context} is at ${addressOf(endpoint)}`,
      {
        hint: "choose its context; without --context and --kubeconfig, your AWS credentials are used",
      },
    );
  }
  return access;
}

function sameText(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.trim() === other?.trim();
}

function signedAccess(
  endpoint: ClusterEndpoint,
  { eks, region, profile, now, isEksHost }: EksClusterOptions,
): ClusterAccess {
  const { name } = eks;
  const session = createAwsSession({ region, profile, name: "command-line" });
  const user = { kind: "eks", eks: { cluster: name, region, roleArn: undefined } } as const;
  const kubeconfig = renderStoredKubeconfig({ cluster: name, endpoint, user, isEksHost });
  const eksTokens = createEksTokenSource({ session, now });
  const rules = { eksTokens, isInsecureTlsAllowed: () => false, isEksHost, now };
  return {
    ...accessOf({ name, versionId: undefined, kubeconfig }, rules),
    context: endpoint.context,
    refusedHint: `your AWS credentials need an access entry in the EKS cluster ${name}; with an administrator's kubeconfig instead: --context <name>`,
  };
}
