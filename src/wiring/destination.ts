/** Where a deployed function will look for an API server: at the context's address, or at another. */
import { ClusterError, UserError } from "../errors.ts";
import type { ClusterCredential, ClusterEndpoint } from "../kubernetes/cluster-access.ts";
import { createClusterConnection } from "../kubernetes/connection.ts";
import { parseAuthorities } from "../kubernetes/kubeconfig/certificate.ts";
import { readPem } from "../kubernetes/kubeconfig/files.ts";
import { parseServer } from "../kubernetes/kubeconfig/server.ts";

export interface DestinationOptions {
  /** `--server` */
  readonly server: string | undefined;
  /** `--certificate-authority`: a PEM file. */
  readonly certificateAuthority: string | undefined;
}

export interface Destination {
  readonly endpoint: ClusterEndpoint;
  /** Why it can't be reached from here; undefined: it can. */
  readonly unreached: string | undefined;
}

/** @throws KubeconfigError, UserError for a certificate that isn't trusted */
export async function destinationOf(
  context: ClusterEndpoint,
  options: DestinationOptions,
  now: Date,
): Promise<Destination> {
  if (options.server === undefined && options.certificateAuthority === undefined) {
    return { endpoint: context, unreached: undefined };
  }
  const endpoint = await otherEndpoint(context, options, now);
  return { endpoint, unreached: await whyUnreached(endpoint) };
}

const place = (option: string) => ({ source: "the command line", path: option });

/** What leads to the context's server (a proxy, another name to verify) leads to no other. */
async function otherEndpoint(
  context: ClusterEndpoint,
  { server, certificateAuthority }: DestinationOptions,
  now: Date,
): Promise<ClusterEndpoint> {
  const ca = await readPem(certificateAuthority, place("--certificate-authority"));
  const verified = {
    ca: ca ? parseAuthorities(ca, now) : context.ca,
    insecureSkipTlsVerify: false,
  };
  if (server === undefined) {
    return { ...context, ...verified };
  }
  const url = parseServer(server, place("--server"), { loopbackHttpAllowed: false });
  const direct = { tlsServerName: undefined, proxy: undefined };
  return { context: context.context, server: url, ...verified, ...direct };
}

const nobody: ClusterCredential = {
  token: undefined,
  clientCertificate: undefined,
  expiresAt: undefined,
};

async function whyUnreached(endpoint: ClusterEndpoint): Promise<string | undefined> {
  const connection = createClusterConnection({ ...endpoint, credential: async () => nobody });
  try {
    await connection.warm();
    return undefined;
  } catch (error) {
    if (!(error instanceof ClusterError)) {
      throw error;
    }
    if (error.kind === "tls") {
      throw new UserError(error.message, { hint: caHint });
    }
    return error.message;
  } finally {
    await connection.close();
  }
}

const caHint =
  "name the CA of that address: --certificate-authority <file>; the cluster's own: kubectl get configmap -n default kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}'";
