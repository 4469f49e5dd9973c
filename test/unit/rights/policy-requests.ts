/** Requests of our user and the policy's answers to them, for tests of the policy. */
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { type AdmissionRequest, judgeBy } from "./judge-admission.ts";
import { objectOf, wishFor } from "./wishes.ts";

export const user = "system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets";
export const ours = "123456789012/us-east-1/prod";
export const ownerKey = "ecr-pull-secrets/owner";
const say = (what: string) => `ecr-pull-secrets: may ${what}`;
export const refusal = {
  place: say("write only secrets that the config names, where it selects the namespace"),
  type: say("write a secret only with the type of its format"),
  fields: say("change of a secret only the data, and its own label and annotations"),
  owner: say("write only secrets of its own deployment, and marks them so"),
  delete: say("delete only secrets of its own deployment, and only if the config prunes them"),
  account: say("change of a service account only its imagePullSecrets"),
  link: say("add to imagePullSecrets only secrets that the config links there"),
  token: say("make a token only of its own account"),
  content: say("write into a secret only what its format holds"),
  workload: say("change of a workload only its own annotation on the pods, which restarts them"),
  restart: say("restart only workloads that the config names, where it selects the namespace"),
};

export function judge(
  entries: readonly Partial<PullSecretConfig>[],
  more: Partial<RightsWish> = {},
) {
  return judgeBy(objectOf(computeRights(wishFor(entries, more)), "ValidatingAdmissionPolicy"));
}

/** As the API server shows it to admission: with what it adds by itself. */
export function created() {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "ecr-pull",
      namespace: "web",
      uid: "8dfd663f",
      creationTimestamp: "2026-11-21T12:00:00Z",
      managedFields: [{ manager: "ecr-pull-secrets" }],
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: { [ownerKey]: ours, "ecr-pull-secrets/shape": "1" },
    },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": "e30=" },
  };
}

export function creates(namespace: string, more: object = {}): AdmissionRequest {
  return { user, kind: "Secret", namespace, name: "ecr-pull", object: { ...created(), ...more } };
}

export function updates(namespace: string, oldObject: object, object: object): AdmissionRequest {
  const what = { kind: "ServiceAccount", operation: "UPDATE", name: "default" } as const;
  return { user, ...what, namespace, oldObject, object };
}
