/** Who am I, and what may I do? Reviews are answered, and never stored. */
import type { ApiAnswer, ApiBackend, ApiCall } from "./api-call.ts";
import { parseJson } from "./decode.ts";
import { type JsonObject, objectIn, timestamp } from "./object.ts";
import { isAllowed, mayVisit } from "./rules.ts";
import {
  badRequest,
  invalid,
  invalidValue,
  methodNotAllowed,
  Surprise,
  unknownPath,
} from "./status.ts";

type Review = (backend: ApiBackend, call: ApiCall) => ApiAnswer;

/** By resource and group. */
export const reviews: ReadonlyMap<string, Review> = new Map([
  ["selfsubjectreviews.authentication.k8s.io", reviewSelf],
  ["selfsubjectaccessreviews.authorization.k8s.io", reviewAccess],
]);

function reviewSelf({ cluster }: ApiBackend, call: ApiCall): ApiAnswer {
  decode(call, "authentication.k8s.io", "SelfSubjectReview");
  const { name, uid, groups, extra } = call.user;
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

function reviewAccess(backend: ApiBackend, call: ApiCall): ApiAnswer {
  const review = decode(call, "authorization.k8s.io", "SelfSubjectAccessReview");
  const spec = objectIn(review["spec"]);
  return {
    status: 201,
    body: {
      kind: "SelfSubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata: {},
      spec,
      status: { allowed: answer(backend, call, spec) },
    },
  };
}

function answer({ cluster }: ApiBackend, { user }: ApiCall, spec: JsonObject): boolean {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    throw refusal("spec.resourceAttributes", null, why);
  }
  if (nonResourceAttributes === undefined) {
    return isAllowed(cluster.store, user, accessIn(objectIn(resourceAttributes)));
  }
  const { path = "", verb = "" } = objectIn(nonResourceAttributes);
  if (resourceAttributes !== undefined) {
    const why = "cannot be specified in combination with resourceAttributes";
    throw refusal("spec.nonResourceAttributes", { Path: path, Verb: verb }, why);
  }
  return mayVisit(cluster.store, user, { path: String(path), verb: String(verb) });
}

function refusal(field: string, value: unknown, why: string) {
  const kind = { kind: "", group: "authorization.k8s.io" };
  return invalid(kind, "", [invalidValue(field, value, why)]);
}

/** What is empty means any: all namespaces, every name. */
function accessIn(asked: JsonObject) {
  if (asked["fieldSelector"] !== undefined || asked["labelSelector"] !== undefined) {
    throw new Surprise("a review of access by selectors");
  }
  const text = (key: string) => String(asked[key] ?? "") || undefined;
  const [plural = "", subresource] = [text("resource"), text("subresource")];
  return {
    verb: text("verb") ?? "",
    group: text("group") ?? "",
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace: text("namespace"),
    name: text("name"),
  };
}

function decode({ request, body }: ApiCall, group: string, kind: string): JsonObject {
  if (request.type === "resource" && request.name !== undefined) {
    throw unknownPath();
  }
  if (request.verb !== "create") {
    throw methodNotAllowed();
  }
  const review = objectIn(parseJson(body));
  const { apiVersion = `${group}/v1`, kind: given = kind } = review;
  if (apiVersion !== `${group}/v1` || given !== kind) {
    throw badRequest(
      `${String(given)} in version "${String(apiVersion)}" cannot be handled as a ${kind}: unknown conversion`,
    );
  }
  return review;
}
