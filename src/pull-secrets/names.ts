/** What marks a Secret as one of ours: the names that we write, and never change. */
export const fieldManager = "ecr-pull-secrets";

export const managedByLabel = "app.kubernetes.io/managed-by";

export const annotations = {
  owner: "ecr-pull-secrets/owner",
  expiresAt: "ecr-pull-secrets/expires-at",
  refreshedAt: "ecr-pull-secrets/refreshed-at",
  registries: "ecr-pull-secrets/registries",
  shape: "ecr-pull-secrets/shape",
  /** Only while somebody else keeps taking our fields. */
  contention: "ecr-pull-secrets/contention",
} as const;

/** https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
export const dockerConfigJsonType = "kubernetes.io/dockerconfigjson";
export const dockerConfigJsonKey = ".dockerconfigjson";
