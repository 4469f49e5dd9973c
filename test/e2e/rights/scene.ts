/** A cluster with the rights of the usual config, and places that it wants, excludes and leaves out. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatOwner } from "../../../src/refresh/rules/ownership.ts";
import { accountName } from "../../../src/rights/names.ts";
import type { Rights } from "../../../src/rights/rights.ts";
import type { ControlPlane } from "../parts/control-plane.ts";
import { renderRights, someOwner } from "../sweep/rights.ts";
import { type ApiClient, type ApiRequest, createApiClient, outcomeOf } from "./api-client.ts";

/** What the measured config has besides `ecr-pull`: pods read these, and one restarts for it. */
export const regcred = {
  name: "ecr-regcred",
  shape: { type: "Opaque", data: { proxyUsername: "AWS", proxyPassword: "x" } },
} as const;
export const awsSession = {
  name: "aws-session",
  shape: { type: "Opaque", data: { "credentials.json": "{}" } },
} as const;
export const restarted = "docker-registry";

interface WorkloadShape {
  readonly kind?: string;
  readonly name?: string;
  readonly env?: readonly object[];
}

/** One that runs nothing: no node is there. */
export async function makeWorkload(
  cluster: ControlPlane,
  namespace: string,
  { kind = "Deployment", name = restarted, env }: WorkloadShape = {},
): Promise<void> {
  const labels = { app: name };
  const containers = [{ name: "registry", image: "registry:3", env }];
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
    ...(kind === "StatefulSet" ? { serviceName: name } : {}),
  };
  const object = { apiVersion: "apps/v1", kind, metadata: { name, namespace }, spec };
  await cluster.kubectl(["create", "-f", "-"], { input: JSON.stringify(object) });
}

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
  /** Texts by key. */
  readonly data?: Readonly<Record<string, string>>;
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
    data = { ".dockerconfigjson": '{"auths":{}}' },
    annotations,
  } = shape;
  const encoded = Object.entries(data).map(([key, text]) => [
    key,
    Buffer.from(text).toString("base64"),
  ]);
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
    data: Object.fromEntries(encoded),
  };
}
