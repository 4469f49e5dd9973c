/** What a removal has of AWS: how a record says that its cluster is reached, and EKS. */
import { createAwsSession } from "../aws/session.ts";
import { createEksApi } from "../eks/aws-eks-api.ts";
import type { EksApi } from "../eks/eks-api.ts";
import { parseUntrustedKubeconfig } from "../kubernetes/kubeconfig-untrusted.ts";
import { describeStoredCredential } from "../kubernetes/stored-kubeconfig.ts";
import type { RecordedAccess } from "../registration/found-record.ts";
import type { SecretValue } from "../secret-value.ts";
import { addressOf } from "./stored-kubeconfigs.ts";

/**
 * Only read, never connected with: what has expired, or wouldn't be trusted, tells all the same.
 * @throws KubeconfigError
 */
export function readRecorded(cluster: string, kubeconfig: SecretValue): RecordedAccess {
  const { endpoint, authentication } = parseUntrustedKubeconfig(kubeconfig.reveal(), {
    source: `the record of ${cluster}`,
    insecureTlsAllowed: true,
    isEksHost: () => true,
    now: new Date(0),
  });
  return {
    server: addressOf(endpoint),
    credential: describeStoredCredential(kubeconfig),
    eks: authentication.kind === "eks" ? authentication.eks : undefined,
  };
}

/** As a record says it, so that it can be compared. */
export function normalisedAddress(server: URL): string {
  return addressOf({ server });
}

export function wireEks(region: string, profile: string | undefined): EksApi {
  const session = createAwsSession({ region, profile, name: "command-line" });
  return createEksApi({ session, region });
}
