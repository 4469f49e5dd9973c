/** What ECR's registries, private and public, answer to GetAuthorizationToken. Pure. */
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";
import type { TokenLife } from "./kept-tokens.ts";

export interface RegistryLogin {
  readonly username: string;
  readonly password: SecretValue;
}

export interface RegistryToken extends RegistryLogin, TokenLife {}

export interface TokenAnswer {
  /** Base64 of `AWS:<password>`. */
  readonly authorizationToken: SecretValue;
  readonly expiresAt: Date;
}

/** Who answered, for messages. */
export interface TokenIssuer {
  readonly service: "ECR" | "ECR Public";
  readonly region: string;
}

const ecrUser = "AWS";
const base64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const printableAscii = /^[\x21-\x7e]+$/;

/**
 * Read whole before it is kept: a malformed answer must not be served for half an hour.
 * @throws MintError (malformed)
 */
export function readToken(
  { authorizationToken, expiresAt }: TokenAnswer,
  issuedAt: Date,
  { service, region }: TokenIssuer,
): RegistryToken {
  if (expiresAt <= issuedAt) {
    throw new MintError(
      "malformed",
      `the token that ${service} in ${region} answered expired at ${expiresAt.toISOString()}, before it was asked for`,
      { hint: "Check this machine's clock." },
    );
  }
  return { ...readAuthorizationToken(authorizationToken, service), issuedAt, expiresAt };
}

/**
 * The password may hold colons: only the first one divides.
 * @throws MintError (malformed), which tells the shape and never the content
 */
export function readAuthorizationToken(
  token: SecretValue,
  service: TokenIssuer["service"],
): RegistryLogin {
  const encoded = token.reveal();
  if (!base64.test(encoded)) {
    throw malformed(service, encoded === "" ? "an empty text" : "a text that isn't base64");
  }
  const decoded = Buffer.from(encoded, "base64").toString("latin1");
  const colon = decoded.indexOf(":");
  if (colon === -1) {
    throw malformed(service, "no colon");
  }
  if (decoded.slice(0, colon) !== ecrUser) {
    throw malformed(service, "another user");
  }
  const password = decoded.slice(colon + 1);
  if (password === "") {
    throw malformed(service, "an empty password");
  }
  if (!printableAscii.test(password)) {
    throw malformed(service, "a password with spaces, control or non-ASCII characters");
  }
  return { username: ecrUser, password: new SecretValue(password) };
}

function malformed(service: TokenIssuer["service"], found: string): MintError {
  return new MintError(
    "malformed",
    `${service}'s authorizationToken can't be read: expected base64 of ${ecrUser}:<password>, got ${found}`,
    { hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS." },
  );
}
