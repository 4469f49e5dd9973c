import type { ClusterCredential, ClusterEndpoint } from "../cluster-access.ts";
import { parseBearerToken } from "./bearer-token.ts";
import { cachedCredential } from "./cached-credential.ts";
import { type CheckedClientCertificate, decodeData, type PemText } from "./certificate.ts";
import { clientCertificateOf, credentialOf, refuseUnsupportedUser } from "./credential.ts";
import { readPem, readReferredFile } from "./files.ts";
import { type PluginHost, runPlugin } from "./plugin.ts";
import { type Place, quotedName, refusal, within } from "./refusal.ts";
import type { ClusterFields, UserFields } from "./shape.ts";

export interface TrustedUser {
  readonly name: string;
  readonly fields: UserFields;
  readonly place: Place;
}

export interface TrustedCluster {
  readonly endpoint: ClusterEndpoint;
  readonly cluster: ClusterFields;
}

/** How often a token file is read again: somebody else renews it. client-go: once a minute. */
const tokenFileReuseMs = 60_000;

/**
 * In kubectl's order: what is static wins, and then no plugin runs.
 * @throws KubeconfigError
 */
export async function trustedCredential(
  user: TrustedUser,
  cluster: TrustedCluster,
  host: PluginHost,
): Promise<() => Promise<ClusterCredential>> {
  const { fields, place } = user;
  const { now } = host;
  refuseUnsupportedUser(fields, place);
  const halves = {
    certificate: await pemOf(fields, "client-certificate", place),
    key: await pemOf(fields, "client-key", place),
  };
  const certificate = clientCertificateOf(halves, place, now());
  const { tokenFile } = fields;
  if (tokenFile !== undefined) {
    return tokenFileCredential(tokenFile, within(place, "tokenFile"), { certificate, now });
  }
  if (fields.token === undefined && certificate === undefined && fields.exec) {
    const { exec } = fields;
    const call = { exec, user: user.name, place: within(place, "exec"), ...cluster };
    return cachedCredential(() => runPlugin(call, host), now);
  }
  const token = staticToken(user, cluster.endpoint.context, now());
  const credential = credentialOf(token, certificate);
  return async () => credential;
}

async function pemOf(
  fields: UserFields,
  key: "client-certificate" | "client-key",
  place: Place,
): Promise<PemText | undefined> {
  const data = decodeData(fields[`${key}-data`], within(place, `${key}-data`));
  return data ?? readPem(fields[key], within(place, key));
}

interface TokenFileContext {
  readonly certificate: CheckedClientCertificate | undefined;
  readonly now: () => Date;
}

function tokenFileCredential(
  path: string,
  place: Place,
  { certificate, now }: TokenFileContext,
): () => Promise<ClusterCredential> {
  return cachedCredential(async () => {
    const token = parseBearerToken(await readReferredFile(path, place), place, now());
    const reuseUntil = new Date(now().getTime() + tokenFileReuseMs);
    return { credential: credentialOf(token, certificate), reuseUntil };
  }, now);
}

function staticToken({ fields, place }: TrustedUser, context: string, now: Date) {
  if (fields.token !== undefined) {
    return parseBearerToken(fields.token, within(place, "token"), now);
  }
  const provider = fields["auth-provider"];
  return provider
    ? oidcToken(provider, within(place, "auth-provider"), { context, now })
    : undefined;
}

const replacements: Readonly<Record<string, string>> = {
  gcp: "gke-gcloud-auth-plugin (`gcloud container clusters get-credentials`)",
  azure: "kubelogin (`kubelogin convert-kubeconfig`)",
};

type AuthProvider = NonNullable<UserFields["auth-provider"]>;

/**
 * Uses the stored ID token and never refreshes it: many issuers take a refresh token only once, so
 * spending it without writing the next one back would log the user out of kubectl.
 */
function oidcToken(
  { name, config }: AuthProvider,
  place: Place,
  { context, now }: { readonly context: string; readonly now: Date },
) {
  if (name !== "oidc") {
    const replacement = Object.hasOwn(replacements, name) ? replacements[name] : undefined;
    const hint = `Use ${replacement ?? "an exec plugin, a token or a client certificate"} instead.`;
    throw refusal(place, "is of a kind that kubectl doesn't run any more, either", hint);
  }
  const token = config?.["id-token"];
  const renew = `\`kubectl --context ${quotedName(context)} get namespaces\` renews it: run it once.`;
  if (typeof token !== "string") {
    throw refusal(within(place, "config", "id-token"), "is missing", renew);
  }
  return parseBearerToken(token, within(place, "config", "id-token"), now, renew);
}
