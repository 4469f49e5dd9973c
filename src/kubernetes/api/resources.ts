/** Where objects live in the REST API, for the kinds that registration and diagnosis deal with. */
import type { ObjectRef } from "../../rights/kubernetes-object.ts";

interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const core = { group: "", namespaced: true };
const apps = { group: "apps", namespaced: true };
const batch = { group: "batch", namespaced: true };
const rbac = "rbac.authorization.k8s.io";
const admission = { group: "admissionregistration.k8s.io", namespaced: false };

const resources: Readonly<Record<string, Resource>> = {
  Namespace: { group: "", plural: "namespaces", namespaced: false },
  ConfigMap: { ...core, plural: "configmaps" },
  PersistentVolumeClaim: { ...core, plural: "persistentvolumeclaims" },
  Pod: { ...core, plural: "pods" },
  Secret: { ...core, plural: "secrets" },
  Service: { ...core, plural: "services" },
  ServiceAccount: { ...core, plural: "serviceaccounts" },
  DaemonSet: { ...apps, plural: "daemonsets" },
  Deployment: { ...apps, plural: "deployments" },
  StatefulSet: { ...apps, plural: "statefulsets" },
  CronJob: { ...batch, plural: "cronjobs" },
  Job: { ...batch, plural: "jobs" },
  Role: { group: rbac, plural: "roles", namespaced: true },
  RoleBinding: { group: rbac, plural: "rolebindings", namespaced: true },
  ClusterRole: { group: rbac, plural: "clusterroles", namespaced: false },
  ClusterRoleBinding: { group: rbac, plural: "clusterrolebindings", namespaced: false },
  ValidatingAdmissionPolicy: { ...admission, plural: "validatingadmissionpolicies" },
  ValidatingAdmissionPolicyBinding: { ...admission, plural: "validatingadmissionpolicybindings" },
};

/** @throws Error for what no caller of ours may ask: a bug */
export function objectPath({ apiVersion, kind, name, namespace }: ObjectRef): string {
  const { namespaced } = resourceOf(apiVersion, kind);
  if (namespaced !== (namespace !== undefined) || name === "") {
    throw new Error(`${kind} without a name or with a namespace too many or too few`);
  }
  return `${collectionPath({ apiVersion, kind, namespace })}/${encodeURIComponent(name)}`;
}

/** @throws Error for what no caller of ours may ask: a bug */
export function collectionPath({
  apiVersion,
  kind,
  namespace,
}: Pick<ObjectRef, "apiVersion" | "kind"> & { readonly namespace?: string | undefined }): string {
  const { plural, namespaced } = resourceOf(apiVersion, kind);
  if (!namespaced && namespace !== undefined) {
    throw new Error(`${kind} belongs to no namespace`);
  }
  const within = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPath(apiVersion)}${within}/${plural}`;
}

/** `/api/v1`, `/apis/apps/v1` */
export function groupPath(apiVersion: string): string {
  const [group = "", version] = apiVersion.split("/").map(encodeURIComponent);
  return version === undefined ? `/api/${group}` : `/apis/${group}/${version}`;
}

function resourceOf(apiVersion: string, kind: string): Resource {
  const resource = resources[kind];
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  if (resource === undefined || resource.group !== group) {
    throw new Error(`unknown kind ${kind} of ${apiVersion}`);
  }
  return resource;
}
