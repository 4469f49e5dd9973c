/** From a cluster's record to how its API server is reached: with what it holds, or signed for it. */
import { type ClusterRecord, kubeconfigIn } from "../clusters/store.ts";
import type { EksTokenSource } from "../credentials/eks-token.ts";
import type { ClusterAccess, EksCredential } from "../kubernetes/cluster-access.ts";
import { cachedCredential } from "../kubernetes/kubeconfig/cached-credential.ts";
import { parseUntrustedKubeconfig } from "../kubernetes/kubeconfig-untrusted.ts";

export interface RecordAccessOptions {
  readonly eksTokens: EksTokenSource;
  readonly isInsecureTlsAllowed: (cluster: string) => boolean;
  /** Where a signed token may go; default: to the hosts that EKS gives out. */
  readonly isEksHost?: ((hostname: string) => boolean) | undefined;
  readonly now: () => Date;
}

/**
 * @param at when its certificates and its token must not have expired
 * @throws KubeconfigError
 */
export function accessOf(
  record: ClusterRecord,
  options: RecordAccessOptions,
  at: Date = options.now(),
): ClusterAccess {
  const { endpoint, authentication } = parseUntrustedKubeconfig(kubeconfigIn(record).reveal(), {
    source: `the record of ${record.name}`,
    insecureTlsAllowed: options.isInsecureTlsAllowed(record.name),
    isEksHost: options.isEksHost,
    now: at,
  });
  if (authentication.kind === "static") {
    const { credential } = authentication;
    return { ...endpoint, credential: async () => credential };
  }
  const { eks } = authentication;
  return { ...endpoint, credential: eksCredential(eks, options), refusedHint: howToLetIn(eks) };
}

function howToLetIn({ cluster, region, roleArn = "the role that signs" }: EksCredential): string {
  const list = `aws eks list-access-entries --cluster-name ${cluster} --region ${region}`;
  return `give ${roleArn} an access entry in the EKS cluster ${cluster}; who has one: ${list}`;
}

/** Signed anew well before it ends: it is good for 15 minutes, and a sweep takes less than two. */
const renewBeforeMs = 5 * 60_000;

function eksCredential(eks: EksCredential, { eksTokens, now }: RecordAccessOptions) {
  return cachedCredential(async () => {
    const { token, expiresAt } = await eksTokens.tokenFor(eks);
    const reuseUntil = new Date(expiresAt.getTime() - renewBeforeMs);
    return { credential: { token, clientCertificate: undefined, expiresAt }, reuseUntil };
  }, now);
}
