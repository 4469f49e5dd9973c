import type { ClusterCredential } from "../cluster-access.ts";
import type { BearerToken } from "./bearer-token.ts";
import {
  type CheckedClientCertificate,
  type PemText,
  parseClientCertificate,
} from "./certificate.ts";
import { type Place, refusal, within } from "./refusal.ts";
import type { UserFields } from "./shape.ts";

export function credentialOf(
  token: BearerToken | undefined,
  certificate: CheckedClientCertificate | undefined,
): ClusterCredential {
  const expiries = [token?.expiresAt, certificate?.expiresAt].filter((date) => date !== undefined);
  return {
    token: token?.token,
    clientCertificate: certificate?.clientCertificate,
    expiresAt: expiries.sort((a, b) => a.getTime() - b.getTime())[0],
  };
}

export interface PemHalves {
  readonly certificate: PemText | undefined;
  readonly key: PemText | undefined;
}

/** Both halves of a client certificate, or none. @throws KubeconfigError */
export function clientCertificateOf(
  { certificate, key }: PemHalves,
  place: Place,
  now: Date,
): CheckedClientCertificate | undefined {
  if (certificate !== undefined && key !== undefined) {
    return parseClientCertificate(certificate, key, now);
  }
  if (certificate !== undefined || key !== undefined) {
    const [there, missing] = certificate ? ["certificate", "key"] : ["key", "certificate"];
    throw refusal(place, `has a client ${there} without its ${missing}`, `Add the ${missing}.`);
  }
  return undefined;
}

/** What API servers no longer know, or what the transport can't send. @throws KubeconfigError */
export function refuseUnsupportedUser(user: UserFields, place: Place): void {
  if (user.username !== undefined || user.password !== undefined) {
    const hint = "API servers dropped it in Kubernetes 1.19: use a token or a client certificate.";
    throw refusal(place, "has a username or password (basic auth)", hint);
  }
  const impersonation = (["as", "as-uid", "as-groups", "as-user-extra"] as const).find((key) =>
    isSet(user[key]),
  );
  if (impersonation !== undefined) {
    const hint = "Authenticate as the account that is meant to write.";
    throw refusal(within(place, impersonation), "impersonates, which isn't supported", hint);
  }
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}
