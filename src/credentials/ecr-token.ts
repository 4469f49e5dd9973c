/** Username and password in ECR's authorizationToken. Pure. */
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";

export interface RegistryLogin {
  readonly username: string;
  readonly password: SecretValue;
}

const ecrUser = "AWS";
const base64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const printableAscii = /^[\x21-\x7e]+$/;

/**
 * The password may hold colons: only the first one divides.
 * @throws MintError (malformed), which tells the shape and never the content
 */
export function readAuthorizationToken(token: SecretValue): RegistryLogin {
  const encoded = token.reveal();
  if (!base64.test(encoded)) {
    throw malformed(encoded === "" ? "an empty text" : "a text that isn't base64");
  }
  const decoded = Buffer.from(encoded, "base64").toString("latin1");
  const colon = decoded.indexOf(":");
  if (colon === -1) {
    throw malformed("no colon");
  }
  if (decoded.slice(0, colon) !== ecrUser) {
    throw malformed("another user");
  }
  return { username: ecrUser, password: readPassword(decoded.slice(colon + 1)) };
}

function readPassword(password: string): SecretValue {
  if (password === "") {
    throw malformed("an empty password");
  }
  if (!printableAscii.test(password)) {
    throw malformed("a password with spaces, control or non-ASCII characters");
  }
  return new SecretValue(password);
}

function malformed(found: string): MintError {
  return new MintError(
    "malformed",
    `ECR's authorizationToken can't be read: expected base64 of ${ecrUser}:<password>, got ${found}`,
    { hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS." },
  );
}
