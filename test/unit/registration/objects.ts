/** Objects as an API server holds them, and wishes, for the tests of what is decided about them. */
import { parseConfig } from "../../../src/config/load.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { serviceAccountAccess } from "../../../src/registration/access/service-account-access.ts";
import type { RegistrationWish } from "../../../src/registration/registration-wish.ts";
import type { KubernetesObject, LiveObject } from "../../../src/rights/kubernetes-object.ts";

export const owner = { account: "123456789012", region: "us-east-1", stage: "prod" };
export const schedulePeriodMs = 600_000;

export function wishOf(change: Partial<RegistrationWish> = {}): RegistrationWish {
  const namespace = change.namespace ?? "ecr-pull-secrets";
  return {
    cluster: "prod-eu",
    owner,
    desired: desiredOf(),
    namespace,
    withPolicy: true,
    access: serviceAccountAccess({ namespace, lifetimeSeconds: 2_592_000, schedulePeriodMs }),
    isLocal: false,
    kmsKeyId: undefined,
    tags: {},
    replace: false,
    renew: false,
    schedulePeriodMs,
    ...change,
  };
}

interface SecretWish {
  readonly name?: string;
  readonly namespaces?: unknown;
  readonly serviceAccounts?: readonly string[];
  readonly restart?: readonly string[];
}

/** The pull secrets that a config wants; without any, one in all namespaces but the system's. */
export function desiredOf(...secrets: readonly SecretWish[]) {
  const pullSecrets = (secrets.length === 0 ? [{}] : secrets).map((secret) => ({
    name: "ecr-pull",
    namespaces: { include: ["*"], exclude: ["kube-*"] },
    registries: [{ type: "ecr", region: "us-east-1" }],
    ...secret,
  }));
  const text = JSON.stringify({ schedule: "rate(10 minutes)", pullSecrets });
  return desiredPullSecrets(parseConfig(text, "test").pullSecrets, "prod-eu", owner);
}

export function live(object: KubernetesObject): LiveObject {
  const metadata = { ...object.metadata, uid: "uid", resourceVersion: "1" };
  return { ...structuredClone(object), metadata };
}
