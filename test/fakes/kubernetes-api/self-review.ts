/** SelfSubjectReview: who am I? */
import type { ApiAnswer, ApiBackend, ApiCall } from "./api-call.ts";
import { timestamp } from "./object.ts";
import { methodNotAllowed } from "./status.ts";

export function reviewSelf({ cluster }: ApiBackend, { request, user }: ApiCall): ApiAnswer {
  if (request.verb !== "create") {
    throw methodNotAllowed();
  }
  const { name, uid, groups, extra } = user;
  return {
    status: 201,
    body: {
      kind: "SelfSubjectReview",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { creationTimestamp: timestamp(cluster.now()) },
      // What is undefined isn't written.
      status: { userInfo: { username: name, uid, groups, extra } },
    },
  };
}
