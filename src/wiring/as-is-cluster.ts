/** A cluster by the kubeconfig that somebody brings: read as the deployed function will read it. */
import { createAwsSession } from "../aws/session.ts";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import { type MinifyOptions, minifyKubeconfig } from "../kubernetes/minify-kubeconfig.ts";
import { describeStoredCredential } from "../kubernetes/stored-kubeconfig.ts";
import type { SecretValue } from "../secret-value.ts";
import { accessOf } from "./record-access.ts";
import { type AdminCluster, administer } from "./registration.ts";
import type { AdministerOptions, RecordOptions } from "./stored-kubeconfigs.ts";

export interface AsIsOptions extends AdministerOptions {
  readonly lookup: MinifyOptions;
  readonly record: RecordOptions;
}

export interface AsIsCluster {
  /** What is to be stored: one context, and nothing else of the file. */
  readonly kubeconfig: SecretValue;
  readonly credential: StoredCredential;
  /** With the credential that was brought. */
  readonly cluster: AdminCluster;
}

/** @throws KubeconfigError for what the deployed function would refuse */
export async function openAsIsCluster(options: AsIsOptions): Promise<AsIsCluster> {
  const { lookup, record, now, isEksHost } = options;
  const { cluster: name, region, profile, insecureTlsAllowed } = record;
  const kubeconfig = await minifyKubeconfig(lookup);
  const session = createAwsSession({ region, profile, name: "command-line" });
  const eksTokens = createEksTokenSource({ session, now });
  const rules = { eksTokens, isEksHost, now, isInsecureTlsAllowed: () => insecureTlsAllowed };
  const access = accessOf({ name, versionId: undefined, kubeconfig }, rules);
  return {
    kubeconfig,
    credential: describeStoredCredential(kubeconfig),
    cluster: administer(access, { endpoint: access, unreached: undefined }, options),
  };
}
