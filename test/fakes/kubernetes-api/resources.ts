/** The resources that the fake serves. */
import { bindingFields as policyBindingFields, policyFields } from "./admission/schema.ts";
import {
  bindingFields,
  clusterRoleFields,
  namespaceFields,
  objectSchema,
  roleFields,
  type Schema,
  secretFields,
  serviceAccountFields,
} from "./schema.ts";
import { configMapFields, specFields } from "./workloads.ts";

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly schema: Schema;
  /** Field selectors besides `metadata.name` and `metadata.namespace`. */
  readonly selectable: readonly string[];
  /** What DELETE answers with once the object is gone. */
  readonly deleteAnswer: "status" | "object";
  readonly subresources: readonly string[];
  /** `metadata.generation` counts the changes of the spec. */
  readonly counted: boolean;
  /** Who owns which field is kept in `managedFields`. */
  readonly tracked: boolean;
  /** Shown even where the object lacks it. */
  readonly shown: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, Schema>>;
type Extras = Partial<Omit<Resource, "schema" | "plural" | "kind">>;

function resource(plural: string, kind: string, fields: Fields, extras: Extras = {}): Resource {
  return {
    group: "",
    version: "v1",
    plural,
    kind,
    namespaced: true,
    schema: objectSchema(fields),
    selectable: [],
    deleteAnswer: "status",
    subresources: [],
    counted: false,
    tracked: true,
    shown: {},
    ...extras,
  };
}

export const namespaces = resource("namespaces", "Namespace", namespaceFields, {
  namespaced: false,
  selectable: ["status.phase"],
  deleteAnswer: "object",
  subresources: ["finalize"],
});

export const secrets = resource("secrets", "Secret", secretFields, { selectable: ["type"] });

export const serviceAccounts = resource("serviceaccounts", "ServiceAccount", serviceAccountFields, {
  deleteAnswer: "object",
  subresources: ["token"],
});

const configMaps = resource("configmaps", "ConfigMap", configMapFields);

const untracked = { tracked: false, deleteAnswer: "object" } as const;

export const pods = resource("pods", "Pod", specFields, { ...untracked, counted: true });
export const services = resource("services", "Service", specFields, untracked);

export const volumeClaims = resource(
  "persistentvolumeclaims",
  "PersistentVolumeClaim",
  specFields,
  {
    tracked: false,
  },
);

const batch = { group: "batch", tracked: false, counted: true };

export const jobs = resource("jobs", "Job", specFields, batch);
export const cronJobs = resource("cronjobs", "CronJob", specFields, batch);

const apps = { group: "apps", tracked: false, counted: true };

export const deployments = resource("deployments", "Deployment", specFields, apps);
export const statefulSets = resource("statefulsets", "StatefulSet", specFields, apps);
export const daemonSets = resource("daemonsets", "DaemonSet", specFields, apps);

const rbac = { group: "rbac.authorization.k8s.io" };
const clusterWide = { ...rbac, namespaced: false };
const shown = { rules: null };

export const roles = resource("roles", "Role", roleFields, { ...rbac, shown });
export const clusterRoles = resource("clusterroles", "ClusterRole", clusterRoleFields, {
  ...clusterWide,
  shown,
});
export const roleBindings = resource("rolebindings", "RoleBinding", bindingFields, rbac);
export const clusterRoleBindings = resource(
  "clusterrolebindings",
  "ClusterRoleBinding",
  bindingFields,
  clusterWide,
);

const admission = { group: "admissionregistration.k8s.io", namespaced: false, counted: true };

export const policies = resource(
  "validatingadmissionpolicies",
  "ValidatingAdmissionPolicy",
  policyFields,
  admission,
);
export const policyBindings = resource(
  "validatingadmissionpolicybindings",
  "ValidatingAdmissionPolicyBinding",
  policyBindingFields,
  admission,
);

export const allResources: readonly Resource[] = [
  namespaces,
  secrets,
  serviceAccounts,
  configMaps,
  pods,
  services,
  volumeClaims,
  jobs,
  cronJobs,
  deployments,
  statefulSets,
  daemonSets,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  policies,
  policyBindings,
];

export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
