/** SelfSubjectAccessReview: what may I do? */
import type { ApiAnswer, ApiBackend, ApiCall } from "./api-call.ts";
import { parseJson } from "./decode.ts";
import { isJsonObject } from "./object.ts";
import { isAllowed } from "./rules.ts";
import { methodNotAllowed, Surprise } from "./status.ts";

export function reviewAccess(backend: ApiBackend, call: ApiCall): ApiAnswer {
  if (call.request.verb !== "create") {
    throw methodNotAllowed();
  }
  const body = parseJson(call.body);
  const spec = isJsonObject(body) && isJsonObject(body["spec"]) ? body["spec"] : {};
  const asked = isJsonObject(spec["resourceAttributes"]) ? spec["resourceAttributes"] : undefined;
  if (asked === undefined) {
    throw new Surprise("a review without resourceAttributes");
  }
  const text = (key: string) =>
    typeof asked[key] === "string" && asked[key] !== "" ? asked[key] : undefined;
  const subresource = text("subresource");
  const plural = text("resource") ?? "";
  const allowed = isAllowed(backend.cluster.store, call.user, {
    verb: text("verb") ?? "",
    group: text("group") ?? "",
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace: text("namespace"),
    name: text("name"),
  });
  return {
    status: 201,
    body: {
      kind: "SelfSubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata: {},
      spec,
      status: { allowed },
    },
  };
}
