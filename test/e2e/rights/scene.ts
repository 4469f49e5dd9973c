/** A cluster with the rights of the usual config, and places that it wants, excludes and leaves out. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatOwner } from "../../../src/refresh/rules/ownership.ts";
import { accountName } from "../../../src/rights/names.ts";
import type { Rights } from "../../../src/rights/rights.ts";
import type { ControlPlane } from "../parts/control-plane.ts";
import { renderRights, someOwner } from "../sweep/rights.ts";
import { type ApiClient, type ApiRequest, createApiClient, outcomeOf } from "./api-client.ts";

export async function installRights(cluster: ControlPlane, rights: Rights): Promise<void> {
  const input = renderRights(rights);
  await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input });
}

/** With the account's token, once its rights are in effect. */
export async function clientOf(
  cluster: ControlPlane,
  namespace: string,
  secret = "ecr-pull",
): Promise<ApiClient> {
  const token = await cluster.kubectl(["create", "token", accountName, "--namespace", namespace]);
  const client = createApiClient(cluster, token.trim());
  // Nobody may write this one: RBAC refuses it until it knows the account, the policy from then on.
  await until("the policy is in effect", async () => {
    const answer = await client.send(applySecret(secret, "kube-system", { owner: "nobody" }));
    return outcomeOf(answer) === "policy";
  });
  return client;
}

/** The API server learns of a policy within a second or so. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`after 20 s it isn't so that ${what}`);
    await sleep(100);
  }
}

export interface SecretShape {
  readonly owner?: string;
  readonly type?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly metadata?: object;
  readonly dryRun?: boolean;
}

/** As a sweep applies it, but for the changes. Dry unless told otherwise. */
export function applySecret(name: string, namespace: string, shape: SecretShape = {}): ApiRequest {
  const apply = { fieldManager: "ecr-pull-secrets", force: "true" };
  return {
    method: "PATCH",
    path: `/api/v1/namespaces/${namespace}/secrets/${name}`,
    query: shape.dryRun === false ? apply : { ...apply, dryRun: "All" },
    type: "application/apply-patch+yaml",
    body: secretBody(name, namespace, shape),
  };
}

export function secretBody(name: string, namespace: string, shape: SecretShape = {}) {
  const {
    owner = formatOwner(someOwner),
    type = "kubernetes.io/dockerconfigjson",
    annotations,
  } = shape;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: { "ecr-pull-secrets/owner": owner, ...annotations },
      ...shape.metadata,
    },
    type,
    data: { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") },
  };
}
