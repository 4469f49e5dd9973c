/** What a real API server refuses of any object: names, labels, annotations, and what its kind says. */
import { policyBindingProblems, policyProblems } from "./admission/validation.ts";
import {
  label,
  labelMessage,
  labelValueMessage,
  namePart,
  namePartMessage,
  subdomain,
  subdomainMessage,
} from "./names.ts";
import type { ApiObject, Metadata } from "./object.ts";
import { roleBindingProblems, roleProblems } from "./rbac-validation.ts";
import {
  clusterRoleBindings,
  clusterRoles,
  cronJobs,
  daemonSets,
  deployments,
  jobs,
  namespaces,
  pods,
  policies,
  policyBindings,
  type Resource,
  roleBindings,
  roles,
  secrets,
  services,
  statefulSets,
  volumeClaims,
} from "./resources.ts";
import { secretProblems } from "./secret-validation.ts";
import {
  forbiddenField,
  invalid,
  invalidValue,
  required,
  type StatusCause,
  tooLong,
} from "./status.ts";
import {
  cronJobProblems,
  jobProblems,
  podProblems,
  serviceProblems,
  volumeClaimProblems,
  workloadProblems,
} from "./workloads.ts";

const annotationsLimitBytes = 256 * 1024;

/** @throws ApiError 422 */
export function validate(resource: Resource, object: ApiObject, before?: ApiObject): void {
  const causes = [
    ...(before === undefined ? nameProblems(resource, object.metadata) : []),
    ...metadataProblems(object.metadata, before?.metadata),
    ...(kindProblems.get(resource)?.(object, before) ?? []),
  ];
  if (causes.length > 0) {
    throw invalid(resource, object.metadata.name, causes);
  }
}

type Check = (object: ApiObject, before: ApiObject | undefined) => StatusCause[];

const kindProblems: ReadonlyMap<Resource, Check> = new Map([
  [secrets, secretProblems],
  [policies, policyProblems],
  [policyBindings, policyBindingProblems],
  [pods, podProblems],
  [services, serviceProblems],
  [volumeClaims, volumeClaimProblems],
  [jobs, jobProblems],
  [cronJobs, cronJobProblems],
  [deployments, workloadProblems],
  [statefulSets, workloadProblems],
  [daemonSets, workloadProblems],
  [roles, roleProblems],
  [clusterRoles, roleProblems],
  [roleBindings, roleBindingProblems],
  [clusterRoleBindings, roleBindingProblems],
]);

function nameProblems(resource: Resource, { name }: Metadata): StatusCause[] {
  if (name === "") {
    return [required("metadata.name", "name or generateName is required")];
  }
  const asLabel = resource === namespaces;
  const limit = asLabel ? 63 : 253;
  if (name.length > limit) {
    return [invalidValue("metadata.name", name, `must be no more than ${limit} bytes`)];
  }
  if (resource.group !== "") {
    return [];
  }
  const pattern = new RegExp(`^${asLabel ? label : subdomain}$`);
  const message = asLabel ? labelMessage : subdomainMessage;
  return pattern.test(name) ? [] : [invalidValue("metadata.name", name, message)];
}

function metadataProblems(metadata: Metadata, before: Metadata | undefined): StatusCause[] {
  const labels = Object.entries(metadata.labels ?? {});
  const annotations = Object.entries(metadata.annotations ?? {});
  const bytes = annotations.reduce((sum, entry) => sum + Buffer.byteLength(entry.join("")), 0);
  return [
    ...(before === undefined ? [] : immutableMetadata(metadata, before)),
    ...labels.flatMap(([key]) => keyProblems("metadata.labels", key, key)),
    ...labels.flatMap(([, value]) => labelValueProblems(value)),
    ...annotations.flatMap(([key]) => keyProblems("metadata.annotations", key, key.toLowerCase())),
    ...(bytes > annotationsLimitBytes
      ? [tooLong("metadata.annotations", annotationsLimitBytes)]
      : []),
  ];
}

function immutableMetadata(metadata: Metadata, before: Metadata): StatusCause[] {
  const added = (metadata.finalizers ?? []).filter((one) => !before.finalizers?.includes(one));
  return [
    ...(metadata.uid === before.uid
      ? []
      : [invalidValue("metadata.uid", metadata.uid, "field is immutable")]),
    ...(before.deletionTimestamp === undefined || added.length === 0
      ? []
      : [
          forbiddenField(
            "metadata.finalizers",
            `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(", ")}}`,
          ),
        ]),
  ];
}

function keyProblems(field: string, key: string, checked: string): StatusCause[] {
  const slash = checked.lastIndexOf("/");
  const prefix = slash < 0 ? undefined : checked.slice(0, slash);
  const name = checked.slice(slash + 1);
  if (prefix !== undefined && !new RegExp(`^${subdomain}$`).test(prefix)) {
    return [invalidValue(field, key, `prefix part ${subdomainMessage}`)];
  }
  if (name.length > 63) {
    return [invalidValue(field, key, "name part must be no more than 63 bytes")];
  }
  return namePart.test(name) ? [] : [invalidValue(field, key, namePartMessage)];
}

function labelValueProblems(value: string): StatusCause[] {
  if (value.length > 63) {
    return [invalidValue("metadata.labels", value, "must be no more than 63 bytes")];
  }
  return /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)
    ? []
    : [invalidValue("metadata.labels", value, labelValueMessage)];
}
