/** What a login has to be made into before a registry takes it. */
import { SecretValue } from "../secret-value.ts";
import { readChallenge, tokenUrl } from "./challenge.ts";
import type { Exchanges, Reply } from "./exchange.ts";
import type { Login, NoImage } from "./image-answer.ts";
import type { ImageReference } from "./image-reference.ts";
import { readMessage } from "./registry-message.ts";
import { fetchToken } from "./registry-token.ts";

interface Authorizing {
  readonly image: ImageReference;
  readonly login: Login;
  readonly abort: AbortSignal;
  readonly exchanges: Exchanges;
  readonly host: string;
}

/** @returns what to show to the registry, or the refusal of the service that gives its tokens */
export async function authorize(
  { headers }: Reply,
  { image, login, abort, exchanges, host }: Authorizing,
): Promise<{ readonly authorization: SecretValue } | NoImage> {
  const basic = basicOf(login);
  const challenge = readChallenge(headers["www-authenticate"], host);
  if (challenge.scheme === "basic") {
    return { authorization: basic };
  }
  const url = tokenUrl(challenge, image.repository);
  const answer = await fetchToken(exchanges, { url, basic, abort });
  return answer.kind === "token"
    ? { authorization: new SecretValue(`Bearer ${answer.token.reveal()}`) }
    : {
        outcome: "refused",
        host: url.host,
        status: answer.status,
        ...readMessage(answer.body, secretsOf(login)),
      };
}

function basicOf({ username, password }: Login): SecretValue {
  const login = Buffer.from(`${username}:${password.reveal()}`).toString("base64");
  return new SecretValue(`Basic ${login}`);
}

/**
 * In every form in which it was sent, wherever to: a registry may know what its service was shown.
 * @param authorization what the registry itself was shown; undefined: nothing yet
 */
export function secretsOf(login: Login, authorization?: SecretValue): readonly string[] {
  const sent = [basicOf(login), ...(authorization === undefined ? [] : [authorization])];
  const texts = sent.map((header) => header.reveal().replace(/^\w+ /, ""));
  return [login.password.reveal(), ...texts];
}
