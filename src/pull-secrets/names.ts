/** What marks a Secret as one of ours: the names that we write, and never change. */
export const fieldManager = "ecr-pull-secrets";

export const managedByLabel = "app.kubernetes.io/managed-by";

export const annotations = {
  owner: "ecr-pull-secrets/owner",
  expiresAt: "ecr-pull-secrets/expires-at",
  refreshedAt: "ecr-pull-secrets/refreshed-at",
  registries: "ecr-pull-secrets/registries",
  shape: "ecr-pull-secrets/shape",
  /** Names of the ServiceAccounts that the config asked to link when this was written. */
  serviceAccounts: "ecr-pull-secrets/service-accounts",
  /** Only while somebody else keeps taking our fields. */
  contention: "ecr-pull-secrets/contention",
} as const;

/** https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
export const dockerConfigJsonType = "kubernetes.io/dockerconfigjson";
export const dockerConfigJsonKey = ".dockerconfigjson";
/** https://kubernetes.io/docs/concepts/configuration/secret/#opaque-secrets */
export const opaqueType = "Opaque";

/**
 * On the pod template of a workload that rolls with a secret: what its pods were started for. A pod
 * template that changes is what makes a workload roll.
 */
export const restartedForAnnotation = "ecr-pull-secrets/restarted-for";
