/**
 * The kubeconfig that is kept for a registered cluster: how it is written, what credential it holds,
 * and how that is replaced.
 */
import { X509Certificate } from "node:crypto";
import { stringify } from "yaml";
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { SecretValue } from "../secret-value.ts";
import type { ClusterEndpoint, EksCredential } from "./cluster-access.ts";
import { readJwtClaims } from "./kubeconfig/jwt-claims.ts";
import { ownExtension } from "./kubeconfig/own-extension.ts";
import { replaceToken } from "./kubeconfig/replace-token.ts";
import { formatProxy } from "./kubeconfig/server.ts";
import { parseUntrustedKubeconfig } from "./kubeconfig-untrusted.ts";

export interface StoredKubeconfigParts {
  /** The name that it is registered by. */
  readonly cluster: string;
  /** All of it is kept, also user and password of its proxy. */
  readonly endpoint: ClusterEndpoint;
  readonly user: StoredUser;
  /** Kept with the token, for those who renew it. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** As whoever reads it will see it; default: the hosts that EKS gives out. */
  readonly isEksHost?: ((hostname: string) => boolean) | undefined;
}

export type StoredUser =
  | { readonly kind: "token"; readonly token: SecretValue }
  | { readonly kind: "eks"; readonly eks: EksCredential };

/** At the beginning of time nothing has expired: that is for the caller to judge. */
const anyTime = new Date(0);
const place = { source: "the cluster's kubeconfig", path: "" };

/** @throws KubeconfigError where a stored kubeconfig can't say it: plain http, say */
export function renderStoredKubeconfig(parts: StoredKubeconfigParts): SecretValue {
  const { cluster, endpoint, user, tokenLifetimeSeconds } = parts;
  const note = tokenLifetimeSeconds !== undefined && {
    extensions: [ownExtension(tokenLifetimeSeconds)],
  };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: clusterFields(endpoint) }],
    users: [{ name: userName, user: userFields(user) }],
    contexts: [{ name: cluster, context: { cluster, user: userName, ...note } }],
    "current-context": cluster,
  };
  // kubectl reads YAML 1.1, where more words than in 1.2 are no strings: yes, on, 012.
  const text = stringify(kubeconfig, { compat: "yaml-1.1", lineWidth: 0 });
  // So that nothing is stored that the worker would refuse.
  read(text, parts.isEksHost);
  return new SecretValue(text);
}

const userName = "ecr-pull-secrets";

function clusterFields(endpoint: ClusterEndpoint) {
  const { server, ca, tlsServerName, insecureSkipTlsVerify, proxy } = endpoint;
  return {
    server: `${server.origin}${server.pathname.replace(/\/+$/, "")}`,
    ...(ca !== undefined && { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(insecureSkipTlsVerify && { "insecure-skip-tls-verify": true }),
    ...(tlsServerName !== undefined && { "tls-server-name": tlsServerName }),
    ...(proxy && { "proxy-url": formatProxy(proxy) }),
  };
}

function userFields(user: StoredUser) {
  if (user.kind === "token") {
    return { token: user.token.reveal() };
  }
  const { cluster, region, roleArn } = user.eks;
  const role = roleArn === undefined ? [] : ["--role-arn", roleArn];
  const args = ["--region", region, "eks", "get-token", "--cluster-name", cluster, ...role];
  // As `aws eks update-kubeconfig` writes it, so that kubectl can use it too.
  const apiVersion = "client.authentication.k8s.io/v1beta1";
  return { exec: { apiVersion, command: "aws", args: [...args, "--output", "json"] } };
}

/** Whose it is and how long it lives, as far as it says. @throws KubeconfigError */
export function describeStoredCredential(kubeconfig: SecretValue): StoredCredential {
  const { authentication, wantedTokenSeconds } = read(kubeconfig.reveal(), () => true);
  if (authentication.kind === "eks") {
    return { kind: "eks" };
  }
  const { token, clientCertificate } = authentication.credential;
  // An API server that is shown both looks at the certificate first, and believes it.
  if (clientCertificate !== undefined) {
    const { validFromDate, validToDate } = new X509Certificate(clientCertificate.certificate);
    return { kind: "client-certificate", issuedAt: validFromDate, expiresAt: validToDate };
  }
  const claims = readJwtClaims(token?.reveal() ?? "");
  const { issuedAt, expiresAt, subject = "" } = claims ?? {};
  const account = accountPattern.exec(subject)?.groups;
  if (account === undefined || issuedAt === undefined || !(expiresAt && issuedAt < expiresAt)) {
    return { kind: "token", issuedAt, expiresAt };
  }
  const { namespace = "", name = "" } = account;
  const wantedLifetimeSeconds = wantedTokenSeconds;
  const kind = "service-account-token";
  return { kind, namespace, name, issuedAt, expiresAt, wantedLifetimeSeconds };
}

const accountPattern =
  /^system:serviceaccount:(?<namespace>[a-z\d][a-z\d-]{0,62}):(?<name>[a-z\d][a-z\d.-]{0,252})$/;

/** With another token of the current context's user, and all else as it was. @throws KubeconfigError */
export function withToken(kubeconfig: SecretValue, token: SecretValue): SecretValue {
  return new SecretValue(replaceToken(kubeconfig.reveal(), token.reveal(), place));
}

function read(text: string, isEksHost: StoredKubeconfigParts["isEksHost"]) {
  const rules = { insecureTlsAllowed: true, isEksHost, now: anyTime };
  return parseUntrustedKubeconfig(text, { source: place.source, ...rules });
}
