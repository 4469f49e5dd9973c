/**
 * A registry that wants a token of its own service: Docker Hub, GHCR and ECR Public, which differ in
 * what they say of a login or a token that they don't take.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
import { randomBytes } from "node:crypto";
import {
  basicLogin,
  createImages,
  failure,
  manifestQuestion,
  type Registry,
  type RegistryReply,
} from "./registry.ts";

type Style = "hub" | "ghcr" | "ecr-public";

export function bearerRegistry(host: string, authHost: string, style: Style) {
  const images = createImages();
  const given = new Map<string, { readonly scope: string; readonly login: string }>();
  const logins = new Map<string, readonly string[] | "all">();
  const tokenPath = style === "ecr-public" ? "/token/" : "/token";

  function challenge(repository: string, error?: string): Record<string, string> {
    const scope = style === "ecr-public" ? "aws" : `repository:${repository}:pull`;
    const failed = error === undefined ? "" : `,error="${error}"`;
    const realm = `https://${authHost}${tokenPath}`;
    return {
      "www-authenticate": `Bearer realm="${realm}",service="${host}",scope="${scope}"${failed}`,
    };
  }

  const tokens: Registry = ({ path, query, authorization }) => {
    const login = basicLogin(authorization) ?? "";
    if (path !== tokenPath) return { status: 404 };
    if (!logins.has(login)) return refusedLogin(style);
    if (query.get("service") !== host) return failure(400, "UNSUPPORTED", "no such service");
    const token = `DCR.${randomBytes(600).toString("base64url")}`;
    given.set(token, { scope: query.get("scope") ?? "", login });
    const name = style === "ghcr" ? "access_token" : "token";
    return { status: 200, body: JSON.stringify({ [name]: token, expires_in: 300 }) };
  };

  const registry: Registry = (request) => {
    if (authHost === host && request.path === tokenPath) return tokens(request);
    const question = manifestQuestion(request);
    if (question === undefined) return { status: 404, body: "404 page not found" };
    const { repository } = question;
    return (
      refusal(request.authorization, repository) ??
      images.find(question, request.accept) ??
      unknown(repository)
    );
  };

  function refusal(authorization: string | undefined, repository: string) {
    if (authorization === undefined) {
      return failure(401, "UNAUTHORIZED", "authentication required", challenge(repository));
    }
    const token = given.get(authorization.replace(/^Bearer /, ""));
    if (token === undefined) return refusedToken(challenge(repository));
    const opened = logins.get(token.login) ?? [];
    const isOpen = opened === "all" || opened.includes(repository);
    return token.scope === `repository:${repository}:pull` && isOpen
      ? undefined
      : refusedRepository(challenge(repository, "insufficient_scope"));
  }

  function refusedToken(headers: Record<string, string>): RegistryReply {
    return style === "ecr-public"
      ? failure(400, "DENIED", "Your Authorization Token is invalid.")
      : failure(401, "UNAUTHORIZED", "authentication required", headers);
  }

  function refusedRepository(headers: Record<string, string>): RegistryReply {
    return style === "hub"
      ? failure(401, "UNAUTHORIZED", "authentication required", headers)
      : failure(403, "DENIED", "requested access to the resource is denied");
  }

  function unknown(repository: string): RegistryReply {
    return failure(404, "MANIFEST_UNKNOWN", `manifest unknown in ${repository}`);
  }

  return {
    registry,
    tokens,
    push: images.push,
    /** @param repositories that the login opens */
    allow(username: string, password: string, repositories: readonly string[] | "all" = "all") {
      logins.set(`${username}:${password}`, repositories);
    },
    /** All tokens that it gave. */
    given: () => [...given.keys()],
  };
}

function refusedLogin(style: Style): RegistryReply {
  switch (style) {
    case "hub":
      return { status: 401, body: JSON.stringify({ details: "incorrect username or password" }) };
    case "ghcr":
      return failure(403, "DENIED", "denied: denied");
    case "ecr-public":
      return failure(400, "DENIED", "Your Authorization Token is invalid.");
  }
}
