/** A private registry of ECR: Basic auth with a token, and IAM's own words where it refuses. */
import {
  basicLogin,
  createImages,
  failure,
  manifestQuestion,
  type Registry,
  type RegistryReply,
} from "./registry.ts";

/** @param host `<account>.dkr.ecr.<region>.<suffix>` */
export function ecrRegistry(host: string) {
  const [account = ""] = host.split(".");
  const images = createImages();
  const denials = new Map<string, string>();
  const isTaken = { password: (_: string) => true };
  const challenge = {
    "www-authenticate": `Basic realm="https://${host}/",service="ecr.amazonaws.com"`,
  };

  const registry: Registry = (request) => {
    const login = basicLogin(request.authorization);
    if (login === undefined) {
      return { status: 401, headers: challenge, body: "Not Authorized\n" };
    }
    const [user, ...password] = login.split(":");
    if (user !== "AWS" || !isTaken.password(password.join(":"))) {
      const expired = "Your authorization token has expired. Reauthenticate and try again.";
      return failure(403, "DENIED", expired);
    }
    const question = manifestQuestion(request);
    if (question === undefined) return { status: 404, body: "404 page not found" };
    const denial = denials.get(question.repository);
    if (denial !== undefined) return failure(403, "DENIED", denial);
    return images.find(question, request.accept) ?? missing(question.repository);
  };

  function missing(repository: string): RegistryReply {
    return images.has(repository)
      ? failure(404, "MANIFEST_UNKNOWN", "Requested image not found")
      : failure(
          404,
          "NAME_UNKNOWN",
          `The repository with name '${repository}' does not exist in the registry with id '${account}'`,
        );
  }

  return {
    registry,
    push: images.push,
    /** From now on, in these words. */
    deny: (repository: string, message: string) => denials.set(repository, message),
    /** By default, every password is. */
    accept(password: (given: string) => boolean) {
      isTaken.password = password;
    },
  };
}
