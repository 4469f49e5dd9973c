/** The kubeconfig that a record holds: how one is written, read and tried. */
import type { CredentialLife } from "../../clusters/record-state.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { ClusterApi } from "../../refresh/ports.ts";
import type { RightsApi } from "../../rights/access.ts";
import type { SecretValue } from "../../secret-value.ts";

/** As it claims itself, which is what the worker goes by, too; undefined: it doesn't. */
export function lifeOf(credential: StoredCredential): CredentialLife | undefined {
  if (credential.kind === "eks") {
    return undefined;
  }
  const { issuedAt, expiresAt } = credential;
  return issuedAt && expiresAt && { issuedAt, expiresAt };
}

export interface StoredAccess {
  /** The API server's address, normalised. */
  readonly server: string;
  readonly credential: StoredCredential;
}

/** Whom the kubeconfig is for. */
export interface TokenUser {
  readonly kind: "token";
  readonly token: SecretValue;
}

/** A token is signed for it, by whoever uses it. */
export interface EksUser {
  readonly kind: "eks";
  readonly eks: {
    readonly cluster: string;
    readonly region: string;
    /** Undefined: whoever uses it signs with their own role. */
    readonly roleArn: string | undefined;
  };
}

export interface StoredKubeconfigs {
  /** Where the deployed function will look for the API server, normalised. */
  readonly server: string;
  /** Why that can't be reached from here; undefined: it can. */
  readonly unreached: string | undefined;
  /** False: whoever answers there is believed. */
  readonly verified: boolean;
  /** @throws KubeconfigError where a stored kubeconfig can't say it: plain http, say */
  render(user: TokenUser | EksUser, tokenLifetimeSeconds: number | undefined): SecretValue;
  /** @throws KubeconfigError */
  read(kubeconfig: SecretValue): StoredAccess;
  /**
   * The API server as the holder of this kubeconfig sees it, by the very parser and transport that
   * the deployed function uses.
   * @throws KubeconfigError
   */
  connect(kubeconfig: SecretValue): HolderView;
}

export interface HolderView {
  readonly rights: RightsApi;
  readonly cluster: ClusterApi;
}
