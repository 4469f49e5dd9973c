/** A token that a registry's own service gives for a login: Docker Hub, GHCR, GCR, ECR Public. */
import * as z from "zod";
import { SecretValue } from "../secret-value.ts";
import type { Exchanges } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";

export type TokenAnswer =
  | { readonly kind: "token"; readonly token: SecretValue }
  | { readonly kind: "refused"; readonly status: number; readonly body: string };

export interface TokenQuestion {
  readonly url: URL;
  readonly basic: SecretValue;
  readonly abort: AbortSignal;
}

/** Visible characters only: it becomes a header. */
const tokenText = z.string().regex(/^[\x21-\x7e]{1,30000}$/);
const tokenSchema = z
  .union([z.object({ token: tokenText }), z.object({ access_token: tokenText })])
  .transform((given) => ("token" in given ? given.token : given.access_token));

/** @throws RegistryError */
export async function fetchToken(
  exchanges: Exchanges,
  { url, basic, abort }: TokenQuestion,
): Promise<TokenAnswer> {
  const accept = "application/json";
  const reply = await exchanges({ method: "GET", url, accept, authorization: basic, abort });
  const { status, body } = reply;
  if ([400, 401, 403].includes(status)) {
    return { kind: "refused", status, body };
  }
  const { data } = status === 200 ? readToken(body) : {};
  if (data === undefined) {
    throw new RegistryError(
      `${url.host}, which gives the tokens, answered with status ${status} and without a token`,
      "Ask again later.",
    );
  }
  return { kind: "token", token: new SecretValue(data) };
}

function readToken(body: string) {
  try {
    return tokenSchema.safeParse(JSON.parse(body));
  } catch {
    return { data: undefined };
  }
}
