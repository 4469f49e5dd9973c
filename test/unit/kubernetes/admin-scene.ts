/** An administrator's port to one server that answers as a test tells it; both last for all files. */
import { inspect } from "node:util";
import { expect } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import type { AdminApi } from "../../../src/registration/ports.ts";
import type { KubernetesObject, ObjectRef } from "../../../src/rights/kubernetes-object.ts";
import {
  accessTo,
  connectShared,
  json,
  neverAborted,
  type Respond,
  startSharedServer,
} from "./api-server.ts";
import { canary } from "./kubeconfig-fixtures.ts";

export const server = await startSharedServer();
export const connection = connectShared(accessTo(server), { maxAnswerBytes: 64 * 1024 });
export const admin = connection.admin(neverAborted);

export const always =
  (body: unknown, code = 200, headers = {}): Respond =>
  (_seen, response) =>
    json(response, code, body, headers);

export const page =
  (code: number, text: string): Respond =>
  (_seen, response) => {
    response.writeHead(code, { "content-type": "text/plain" });
    response.end(text);
  };

/** What the one request that `call` makes looks like. */
export async function requestOf(call: (admin: AdminApi) => Promise<unknown>, body: unknown) {
  answer(always(body));
  await call(admin);
  const [seen, ...more] = server.seen;
  expect(more).toEqual([]);
  return {
    method: seen?.method,
    url: seen?.url,
    accept: seen?.headers["accept"],
    type: seen?.headers["content-type"],
    body: seen?.body ? JSON.parse(seen.body) : undefined,
  };
}

/** From now on; what was seen before is forgotten. */
export function answer(respond: Respond): void {
  server.seen.length = 0;
  server.respond = respond;
}

/** The ClusterError that `call` ends with; nothing of what the server sent is in it. */
export async function failureOf(promise: Promise<unknown>): Promise<ClusterError> {
  const error: unknown = await promise.then(
    (value) => new Error(`it went well: ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClusterError)) {
    throw new Error("expected a ClusterError", { cause: error });
  }
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
  return error;
}

export const role: KubernetesObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "ecr-pull-secrets", namespace: "web" },
  rules: [],
};
export const live = (object: KubernetesObject, more: object = {}) => ({
  ...object,
  metadata: { ...object.metadata, uid: "u-1", resourceVersion: "7", ...more },
});
export const secret: KubernetesObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "ecr-pull", namespace: "web" },
};
export const rolePath = "/apis/rbac.authorization.k8s.io/v1/namespaces/web/roles/ecr-pull-secrets";
export const roleRef: ObjectRef = {
  apiVersion: role.apiVersion,
  kind: "Role",
  name: "ecr-pull-secrets",
  namespace: "web",
};
