/**
 * How to reach one cluster's API server: what a kubeconfig says once it is read and checked. The
 * transport needs nothing else: no file, no environment, no kubeconfig.
 */
import type { SecretValue } from "../secret-value.ts";

export interface ClusterEndpoint {
  /** The kubeconfig's context: names the cluster in messages. */
  readonly context: string;
  /** No user, password, query or fragment in it; its path, if any, comes before `/api`. */
  readonly server: URL;
  /** One or more certificates as PEM; undefined: the system's roots. */
  readonly ca: string | undefined;
  /** Name to ask for (SNI) and to verify, where it isn't the server's host. */
  readonly tlsServerName: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly proxy: ClusterProxy | undefined;
}

export interface ClusterProxy {
  /** `http:` or `https:`; no user and password in it. */
  readonly url: URL;
  /** Value of the `Proxy-Authorization` header: `Basic …`. */
  readonly authorization: SecretValue | undefined;
}

export interface ClusterAccess extends ClusterEndpoint {
  /**
   * What to authenticate with now. Cheap to call before each request: it is kept until it expires,
   * and callers at the same time share one run of a plugin.
   * @throws KubeconfigError
   */
  credential(): Promise<ClusterCredential>;
  /** What to do when the API server takes it for nobody's; undefined: get a new one. */
  readonly refusedHint?: string | undefined;
}

/** As in a kubeconfig, either or both may be there, or neither (anonymous). */
export interface ClusterCredential {
  /** Sent as `Authorization: Bearer …`. */
  readonly token: SecretValue | undefined;
  /** Shown in the TLS handshake. */
  readonly clientCertificate: ClientCertificate | undefined;
  /** Undefined: unknown or never. The earlier one if both are there. */
  readonly expiresAt: Date | undefined;
}

export interface ClientCertificate {
  /** PEM, with intermediates where needed. */
  readonly certificate: string;
  /** PEM. */
  readonly key: SecretValue;
}

/** A token for EKS is signed by this program, with its own AWS credentials; no plugin runs for it. */
export interface EksCredential {
  /** What the verifier knows the cluster by: its name in EKS, or the id of a local cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Undefined: the program's own role signs. */
  readonly roleArn: string | undefined;
}

/** How a stored kubeconfig authenticates: by what it holds, or by a token that is signed for it. */
export type ClusterAuthentication =
  | { readonly kind: "static"; readonly credential: ClusterCredential }
  | { readonly kind: "eks"; readonly eks: EksCredential };
