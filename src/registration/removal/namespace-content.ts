/** What else is in a namespace that is about to be deleted: it would all go with it. */
import { ClusterError } from "../../errors.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { ObjectKind } from "../find-ours.ts";
import type { AdminApi } from "../ports.ts";
import { printable } from "./printable.ts";

/** What people put into namespaces, or would miss. */
const contentKinds: readonly ObjectKind[] = [
  ...["Secret", "ServiceAccount", "ConfigMap", "Pod", "Service", "PersistentVolumeClaim"].map(
    (kind) => ({ apiVersion: "v1", kind }),
  ),
  ...["Deployment", "StatefulSet", "DaemonSet"].map((kind) => ({ apiVersion: "apps/v1", kind })),
  ...["Job", "CronJob"].map((kind) => ({ apiVersion: "batch/v1", kind })),
  ...["Role", "RoleBinding"].map((kind) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
  })),
];

/** What every namespace holds without anybody's doing. */
const everywhere: ReadonlySet<string> = new Set([
  "ServiceAccount default",
  "ConfigMap kube-root-ca.crt",
  "ConfigMap openshift-service-ca.crt",
]);

/** https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
const accountOfToken = "kubernetes.io/service-account.name";

/**
 * @param leaving those that go before the namespace does
 * @returns `ConfigMap notes`, sorted
 * @throws ClusterError, also for a kind that the caller may not list
 */
export async function contentOf(
  api: Pick<AdminApi, "list">,
  namespace: string,
  leaving: readonly LiveObject[],
): Promise<readonly string[]> {
  const gone = new Set(leaving.map(({ metadata }) => metadata.uid));
  const lists = await Promise.all(contentKinds.map((kind) => listIn(api, namespace, kind)));
  return lists
    .flat()
    .filter((object) => !gone.has(object.metadata.uid) && !isEverywhere(object, leaving))
    .map(({ kind, metadata }) => `${kind} ${printable(metadata.name)}`)
    .sort();
}

function isEverywhere(object: LiveObject, leaving: readonly LiveObject[]): boolean {
  const { name, annotations = {} } = object.metadata;
  // Token secrets of old clusters go with their accounts.
  const account = object.kind === "Secret" ? annotations[accountOfToken] : undefined;
  const goes = leaving.some(
    (each) => each.kind === "ServiceAccount" && each.metadata.name === account,
  );
  return everywhere.has(`${object.kind} ${name}`) || account === "default" || goes;
}

async function listIn(
  api: Pick<AdminApi, "list">,
  namespace: string,
  kind: ObjectKind,
): Promise<readonly LiveObject[]> {
  try {
    return await api.list({ ...kind, namespace });
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "not-found") {
      return [];
    }
    throw error;
  }
}
