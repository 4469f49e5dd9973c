/** A cluster with the rights of the usual config, and places that it wants, excludes and leaves out. */
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { parseConfig } from "../../../src/config/load.ts";
import { desiredPullSecrets, type Owner } from "../../../src/refresh/desired.ts";
import { accountName, defaultNamespace } from "../../../src/rights/names.ts";
import type { Rights, RightsWish } from "../../../src/rights/rights.ts";
import type { ControlPlane } from "../parts/control-plane.ts";
import { type ApiClient, type ApiRequest, createApiClient, outcomeOf } from "./api-client.ts";

export const owner: Owner = { account: "123456789012", region: "us-east-1", stage: "prod" };

/** Pull secrets as a config file has them; `registries` may be left out. */
export function wishFor(pullSecrets: readonly object[], namespace = defaultNamespace): RightsWish {
  const registries = [{ type: "ecr", region: "us-east-1" }];
  const config = JSON.stringify({
    pullSecrets: pullSecrets.map((each) => ({ registries, ...each })),
  });
  const cluster = "e2e";
  const parsed = parseConfig(config, "config/prod.yml").pullSecrets;
  return {
    cluster,
    owner,
    desired: desiredPullSecrets(parsed, cluster, owner),
    subject: { kind: "ServiceAccount", namespace, name: accountName },
    namespace,
    withPolicy: true,
  };
}

export async function installRights(cluster: ControlPlane, rights: Rights): Promise<void> {
  const input = rights.objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n");
  await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input });
}

/** With the account's token, once its rights are in effect. */
export async function clientOf(cluster: ControlPlane, namespace: string): Promise<ApiClient> {
  const token = await cluster.kubectl(["create", "token", accountName, "--namespace", namespace]);
  const client = createApiClient(cluster, token.trim());
  // Nobody may write this one: RBAC refuses it until it knows the account, the policy from then on.
  await until("the policy is in effect", async () => {
    const answer = await client.send(applySecret("ecr-pull", "kube-system", { owner: "nobody" }));
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
  const { owner: by = ownerText, type = "kubernetes.io/dockerconfigjson", annotations } = shape;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: { "ecr-pull-secrets/owner": by, ...annotations },
      ...shape.metadata,
    },
    type,
    data: { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") },
  };
}

const ownerText = `${owner.account}/${owner.region}/${owner.stage}`;
