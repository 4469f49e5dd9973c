/**
 * What a registry asks for with `WWW-Authenticate`: the login itself, or a token that a service of
 * its choice gives for the login. Pure.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
import { RegistryError } from "./registry-error.ts";

export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      /** Where tokens are given: `https:` only. */
      readonly realm: URL;
      readonly service: string | undefined;
    };

const maxLength = 4_000;
const parameter = /([a-z]{1,40})="([^"\\]{0,2000})"/gi;

/**
 * A challenge that is missing or of a scheme that nobody knows counts as Basic: the login is shown to
 * the host that the config names, and no other.
 * @throws RegistryError if the token's service can't be trusted with a login
 */
export function readChallenge(header: string | undefined, host: string): Challenge {
  const text = (header ?? "").slice(0, maxLength);
  const at = text.search(/(?:^|,)\s*bearer\s/i);
  if (at === -1) {
    return { scheme: "basic" };
  }
  const parameters = readParameters(text.slice(at));
  return {
    scheme: "bearer",
    realm: readRealm(parameters.get("realm"), host),
    service: parameters.get("service"),
  };
}

/** The first of a name counts: behind them, another challenge may follow (Gitea has Basic there). */
function readParameters(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(parameter)].map(
    ([, name = "", value = ""]) => [name.toLowerCase(), value] as const,
  );
  return new Map(found.reverse());
}

/** What is asked for: to pull, and from this repository only. */
export function tokenUrl(
  { realm, service }: Extract<Challenge, { scheme: "bearer" }>,
  repository: string,
): URL {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  return url;
}

/**
 * On whatever host: docker, containerd and so the nodes bring the login to where the registry sends
 * them, too, and Docker Hub's service isn't where its registry is. Over TLS alone, which they don't ask.
 */
function readRealm(realm: string | undefined, host: string): URL {
  const url = realm !== undefined && URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw new RegistryError(
      `${host} wants a token from a service that isn't named by an https:// address`,
      "is it a registry that answers there?",
    );
  }
  return url;
}
