/** TokenRequest: signed tokens that live and die with their service account. */
import {
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";
import { type ApiObject, isJsonObject, type JsonObject, objectIn, timestamp } from "./object.ts";
import { serviceAccounts } from "./resources.ts";
import type { User } from "./rules.ts";
import type { Store } from "./store.ts";
import { issuer, parseTokenRequest, tokenRequest } from "./token-request.ts";
import type { Writer } from "./writes.ts";

const signatureBytes = 64;

export interface TokenIssuer {
  /** Every token that was ever issued, the oldest first. */
  readonly issued: readonly string[];
  /** The answer to a TokenRequest. @throws ApiError */
  request(account: ApiObject, text: string, writer: Pick<Writer, "guard">): object;
  issue(account: ApiObject, lifetimeSeconds: number, audiences?: readonly string[]): string;
  /** Undefined: not a token of ours, expired, for others, or its account is gone. */
  review(token: string): User | undefined;
}

export interface TokenIssuerOptions {
  readonly store: Store;
  readonly now: () => Date;
  /** Longer ones are granted less, as managed control planes do. */
  readonly maxLifetimeSeconds: number;
}

export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { store, now } = options;
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issued: string[] = [];
  /** Their signatures are verified: half a millisecond. What they are worth is asked each time. */
  const genuine = new Set<string>();

  function issue(
    account: ApiObject,
    lifetimeSeconds: number,
    audiences: readonly string[] = [issuer],
  ): string {
    const { namespace = "", name, uid } = account.metadata;
    const issuedAt = Math.floor(now().getTime() / 1000);
    const claims = {
      aud: audiences,
      exp: issuedAt + lifetimeSeconds,
      iat: issuedAt,
      iss: issuer,
      jti: randomUUID(),
      "kubernetes.io": { namespace, serviceaccount: { name, uid } },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const signed = `${encode({ alg: "ES256", kid: "fake" })}.${encode(claims)}`;
    const signature = createSign("sha256")
      .update(signed)
      .sign({ key: keys.privateKey, dsaEncoding: "ieee-p1363" });
    const token = `${signed}.${signature.toString("base64url")}`;
    issued.push(token);
    return token;
  }

  return {
    issued,
    issue,
    request: (account, text, { guard }) => {
      const spec = parseTokenRequest(text);
      const asked = tokenRequest(account, spec, now());
      guard.afterValidation({ object: asked, oldObject: undefined });
      const granted = Math.min(spec.expirationSeconds, options.maxLifetimeSeconds);
      return {
        ...asked,
        spec: { ...spec, expirationSeconds: granted },
        status: {
          token: issue(account, granted, spec.audiences),
          expirationTimestamp: timestamp(new Date(now().getTime() + granted * 1000)),
        },
      };
    },
    review: (token) => {
      if (!genuine.has(token)) {
        if (!isSignedBy(keys.publicKey, token)) {
          return undefined;
        }
        genuine.add(token);
      }
      const [, payload = ""] = token.split(".");
      return userOf(store, decode(payload), now());
    },
  };
}

function isSignedBy(key: KeyObject, token: string): boolean {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const signed = Buffer.from(signature, "base64url");
  return (
    signed.length === signatureBytes &&
    createVerify("sha256")
      .update(`${header}.${payload}`)
      .verify({ key, dsaEncoding: "ieee-p1363" }, signed)
  );
}

function userOf(store: Store, claims: JsonObject, at: Date): User | undefined {
  const bound = objectIn(claims["kubernetes.io"]);
  const account = objectIn(bound["serviceaccount"]);
  const namespace = String(bound["namespace"]);
  const name = String(account["name"]);
  const live = store.get(serviceAccounts, namespace, name);
  const expired = Number(claims["exp"]) * 1000 <= at.getTime();
  const audiences: readonly unknown[] = Array.isArray(claims["aud"]) ? claims["aud"] : [];
  if (live?.metadata.uid !== account["uid"] || expired || !audiences.includes(issuer)) {
    return undefined;
  }
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      "system:serviceaccounts",
      `system:serviceaccounts:${namespace}`,
      "system:authenticated",
    ],
    uid: String(account["uid"]),
    extra: { "authentication.kubernetes.io/credential-id": [`JTI=${String(claims["jti"])}`] },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function decode(part: string): JsonObject {
  const parsed: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
  return isJsonObject(parsed) ? parsed : {};
}
