/** Kubernetes objects as plain data: what manifests say, and what an API server answers. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined: the object belongs to no namespace. */
  readonly namespace: string | undefined;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

/** As an API server holds it. */
export interface LiveObject extends KubernetesObject {
  readonly metadata: ObjectMetadata & { readonly uid: string; readonly resourceVersion: string };
}

export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}

/** `ClusterRole ecr-pull-secrets`, `Role web/ecr-pull-secrets`: as people read it. */
export function formatRef({ kind, name, namespace }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
