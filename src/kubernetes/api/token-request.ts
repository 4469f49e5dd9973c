/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
import * as z from "zod";
import type { GrantedToken } from "../../registration/ports.ts";
import { SecretValue } from "../../secret-value.ts";
import { readJwtClaims } from "../kubeconfig/jwt-claims.ts";
import { type Ask, askFor } from "./ask.ts";
import { json, jsonBody } from "./requests.ts";
import { objectPath } from "./resources.ts";

const apiVersion = "authentication.k8s.io/v1";

/** One with many audiences has about 2 kB; it has to fit into a header, and into the record. */
const maxTokenLength = 16 * 1024;

const schema = z.object({
  kind: z.literal("TokenRequest"),
  status: z.object({
    token: z
      .string()
      .max(maxTokenLength)
      .regex(/^[\x21-\x7e]+$/)
      .transform((token) => ({ value: new SecretValue(token), claims: readJwtClaims(token) })),
    expirationTimestamp: z.iso
      .datetime({ offset: true })
      .transform((timestamp) => new Date(timestamp)),
  }),
});

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/**
 * For the API server's own audience. Of two times that may both be meant, the one that leaves less of
 * the token's life.
 * @throws ClusterError
 */
export async function requestToken(
  ask: Ask,
  { namespace, name }: Account,
  lifetime: { readonly seconds: number; readonly askedAt: Date },
): Promise<GrantedToken> {
  const account = objectPath({ apiVersion: "v1", kind: "ServiceAccount", namespace, name });
  const request = {
    what: `get a token of service account ${namespace}/${name}`,
    method: "POST",
    path: `${account}/token`,
    headers: { accept: json, "content-type": json },
    body: jsonBody({
      apiVersion,
      kind: "TokenRequest",
      spec: { expirationSeconds: lifetime.seconds },
    }),
  } as const;
  const { token, expirationTimestamp } = (await askFor(ask, request, schema)).status;
  return {
    token: token.value,
    issuedAt: earlier(lifetime.askedAt, token.claims?.issuedAt),
    expiresAt: earlier(expirationTimestamp, token.claims?.expiresAt),
  };
}

function earlier(one: Date, other: Date | undefined): Date {
  return other !== undefined && other < one ? other : one;
}
