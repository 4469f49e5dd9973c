import type { ClusterAuthentication, ClusterEndpoint } from "../cluster-access.ts";
import { parseBearerToken } from "./bearer-token.ts";
import { decodeData } from "./certificate.ts";
import { clientCertificateOf, credentialOf, refuseUnsupportedUser } from "./credential.ts";
import { parseEksExec } from "./eks.ts";
import { type Place, refusal, within } from "./refusal.ts";
import type { UserFields } from "./shape.ts";

const inlineHint =
  "Carry its content inline: `kubectl config view --raw --flatten --minify --context <context>`.";
const credentialHint =
  "Store one with a ServiceAccount's token (`kubectl create token …`) or an inline client certificate.";

interface Circumstances {
  readonly endpoint: ClusterEndpoint;
  readonly now: Date;
}

/** @throws KubeconfigError */
export function untrustedAuthentication(
  user: UserFields,
  place: Place,
  { endpoint, now }: Circumstances,
): ClusterAuthentication {
  refuseForeign(user, place);
  const credential = inlineCredential(user, place, now);
  const isThere = credential.token !== undefined || credential.clientCertificate !== undefined;
  if (isThere && user.exec) {
    throw refusal(place, "has both a credential and an exec", "Remove one of the two.");
  }
  if (isThere) {
    return { kind: "static", credential };
  }
  if (user.exec) {
    return { kind: "eks", eks: parseEksExec(user.exec, endpoint, within(place, "exec")) };
  }
  throw refusal(place, "holds no credential", credentialHint);
}

export function refuseFile(path: string | undefined, place: Place): void {
  if (path !== undefined) {
    throw refusal(place, "names a file, which a stored kubeconfig may not", inlineHint);
  }
}

function refuseForeign(user: UserFields, place: Place): void {
  for (const key of ["client-certificate", "client-key", "tokenFile"] as const) {
    refuseFile(user[key], within(place, key));
  }
  if (user["auth-provider"]) {
    const problem = "needs a login that a stored kubeconfig can't do";
    throw refusal(within(place, "auth-provider"), problem, credentialHint);
  }
  refuseUnsupportedUser(user, place);
}

function inlineCredential(user: UserFields, place: Place, now: Date) {
  const token =
    user.token === undefined
      ? undefined
      : parseBearerToken(user.token, within(place, "token"), now);
  const data = (key: "client-certificate-data" | "client-key-data") =>
    decodeData(user[key], within(place, key));
  const halves = { certificate: data("client-certificate-data"), key: data("client-key-data") };
  return credentialOf(token, clientCertificateOf(halves, place, now));
}
