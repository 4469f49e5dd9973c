/** Joins the sweep's ports with what implements them. Nothing else knows both sides. */
import { createAwsSession } from "../aws/session.ts";
import { type ClusterConnection, createClusterConnection } from "../kubernetes/connection.ts";
import { loadTrustedKubeconfig, type TrustedOptions } from "../kubernetes/kubeconfig-trusted.ts";
import { type Credentials, createCredentials } from "./credentials.ts";

export interface LocalParts {
  /** Context and address, for people. */
  readonly context: string;
  readonly server: string;
  readonly connection: ClusterConnection;
  readonly credentials: Credentials;
  /** The account of the caller's AWS credentials. @throws AwsError */
  readonly callerAccount: () => Promise<string>;
}

export interface LocalOptions {
  readonly kubeconfig: TrustedOptions;
  /** Where STS is called. */
  readonly region: string;
  readonly profile: string | undefined;
}

/** Parts for a sweep from here, with the caller's kubeconfig and AWS credentials. */
export async function wireLocal(options: LocalOptions): Promise<LocalParts> {
  const { region, profile, kubeconfig } = options;
  const access = await loadTrustedKubeconfig(kubeconfig);
  const session = createAwsSession({ region, profile, name: "local" });
  return {
    context: access.context,
    server: access.server.origin,
    connection: createClusterConnection(access),
    credentials: createCredentials({ session, now: kubeconfig.now }),
    callerAccount: session.callerAccount,
  };
}
