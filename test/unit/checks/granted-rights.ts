/** A cluster that grants what a config needs, as registration leaves it: for tests of diagnoses. */
import { createClusterConnection } from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import type { DesiredPullSecret, Owner } from "../../../src/refresh/desired.ts";
import type { AdminApi } from "../../../src/registration/ports.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { KubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";

const account = { namespace: "ecr-pull-secrets", name: "ecr-pull-secrets" };
const never = new AbortController().signal;
const monthSeconds = 30 * 24 * 3_600;

export interface Grantee {
  readonly cluster: string;
  readonly owner: Owner;
  readonly desired: readonly DesiredPullSecret[];
}

export async function grantRights(api: KubernetesApi, grantee: Grantee): Promise<void> {
  const subject = { kind: "ServiceAccount", ...account } as const;
  const { namespace } = account;
  const { objects } = computeRights({ ...grantee, subject, namespace, withPolicy: true });
  await asAdmin(api, async (admin) => {
    for (const object of objects) {
      await admin.apply(object);
    }
  });
}

/** Takes away all objects of a kind. */
export function revoke(api: KubernetesApi, kind: string, apiVersion: string): Promise<void> {
  return asAdmin(api, async (admin) => {
    for (const { metadata } of await admin.list({ apiVersion, kind })) {
      const { name, namespace, uid } = metadata;
      await admin.delete({ apiVersion, kind, name, namespace }, uid);
    }
  });
}

/** Of the account that the rights are granted to; default: good for a month. */
export function accountToken({ state }: KubernetesApi, lifetimeSeconds = monthSeconds): string {
  return state.serviceAccountToken(account.namespace, account.name, lifetimeSeconds);
}

async function asAdmin(api: KubernetesApi, work: (admin: AdminApi) => Promise<void>) {
  const { endpoint, authentication } = parseUntrustedKubeconfig(api.kubeconfig(), {
    source: "the administrator's kubeconfig",
    insecureTlsAllowed: false,
    now: new Date(),
  });
  if (authentication.kind !== "static") {
    throw new Error("expected a token");
  }
  const { credential } = authentication;
  const connection = createClusterConnection({ ...endpoint, credential: async () => credential });
  try {
    await work(connection.admin(never));
  } finally {
    await connection.close();
  }
}
