/** What goes to a plugin and comes back: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
import * as z from "zod";
import type { ClusterEndpoint } from "../cluster-access.ts";
import { parseBearerToken } from "./bearer-token.ts";
import type { FetchedCredential } from "./cached-credential.ts";
import { clientCertificateOf, credentialOf } from "./credential.ts";
import { type Place, refusal, within } from "./refusal.ts";
import type { ClusterFields } from "./shape.ts";

const clusterExtension = "client.authentication.k8s.io/exec";

/** The `spec.cluster` for plugins that ask for it. */
export function execClusterInfo(endpoint: ClusterEndpoint, cluster: ClusterFields) {
  const extension = cluster.extensions.find(({ name }) => name === clusterExtension);
  return {
    server: cluster.server,
    "tls-server-name": endpoint.tlsServerName,
    "insecure-skip-tls-verify": endpoint.insecureSkipTlsVerify || undefined,
    "certificate-authority-data": endpoint.ca && Buffer.from(endpoint.ca).toString("base64"),
    "proxy-url": cluster["proxy-url"],
    "disable-compression": cluster["disable-compression"] || undefined,
    config: extension?.extension ?? null,
  };
}

const field = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

const execCredential = z.object({
  kind: z.literal("ExecCredential"),
  apiVersion: z.string(),
  status: z.object({
    token: field,
    clientCertificateData: field,
    clientKeyData: field,
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

export interface ExpectedOutput {
  readonly apiVersion: string;
  /** Of the plugin's stanza. */
  readonly place: Place;
  readonly hint: string;
  readonly now: Date;
}

/** So that a token isn't taken that expires on the way. */
const marginMs = 10_000;

/** @throws KubeconfigError; nothing of the output is in it */
export function parseExecCredential(output: string, expected: ExpectedOutput): FetchedCredential {
  const { place, hint, now } = expected;
  const parsed = execCredential.safeParse(jsonOrUndefined(output));
  if (!parsed.success) {
    throw refusal(place, "ran a plugin that printed no valid ExecCredential", hint);
  }
  const { apiVersion, status } = parsed.data;
  if (apiVersion !== expected.apiVersion) {
    throw refusal(place, "ran a plugin that answered in another apiVersion", hint);
  }
  const at = (key: string) => within(place, "status", key);
  const pem = (key: "clientCertificateData" | "clientKeyData") => {
    const text = status[key];
    return text === undefined ? undefined : { pem: text, place: at(key) };
  };
  const halves = { certificate: pem("clientCertificateData"), key: pem("clientKeyData") };
  const certificate = clientCertificateOf(halves, within(place, "status"), now);
  const token =
    status.token === undefined ? undefined : parseBearerToken(status.token, at("token"), now, hint);
  if (token === undefined && certificate === undefined) {
    throw refusal(place, "ran a plugin that gave no credential", hint);
  }
  const fromParts = credentialOf(token, certificate);
  const stated = status.expirationTimestamp;
  const expiresAt = stated ? new Date(stated) : fromParts.expiresAt;
  const reuseUntil = expiresAt && new Date(expiresAt.getTime() - marginMs);
  return { credential: { ...fromParts, expiresAt }, reuseUntil };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
