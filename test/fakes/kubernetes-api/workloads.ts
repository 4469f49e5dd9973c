/**
 * Kinds that are only looked at, or touched lightly: stored as they are sent, without the defaults
 * and most of the checks of a real server, and without managedFields; so they can't be applied.
 */
import { type ApiObject, isJsonObject, objectIn, objectsIn } from "./object.ts";
import { type Schema, texts } from "./schema.ts";
import { invalidValue, required, type StatusCause } from "./status.ts";

type Fields = Readonly<Record<string, Schema>>;

export const configMapFields: Fields = {
  data: texts,
  binaryData: { type: "map", of: { type: "bytes" } },
  immutable: { type: "boolean" },
};

/** Of everything here but config maps. */
export const specFields: Fields = { spec: { type: "atomic", shape: "object" } };

export function podProblems(pod: ApiObject): StatusCause[] {
  return containerProblems("spec", objectIn(pod["spec"]));
}

export function serviceProblems(service: ApiObject): StatusCause[] {
  const ports = objectsIn(objectIn(service["spec"])["ports"]);
  return ports.length === 0 ? [required("spec.ports")] : [];
}

export function volumeClaimProblems(claim: ApiObject): StatusCause[] {
  const { accessModes, resources } = objectIn(claim["spec"]);
  const { storage } = objectIn(objectIn(resources)["requests"]);
  return [
    ...(accessModes === undefined
      ? [required("spec.accessModes", "at least 1 access mode is required")]
      : []),
    ...(storage === undefined ? [required("spec.resources[storage]")] : []),
  ];
}

export function jobProblems(job: ApiObject): StatusCause[] {
  return templateProblems("spec.template", objectIn(job["spec"])["template"]);
}

export function cronJobProblems(cronJob: ApiObject): StatusCause[] {
  const { schedule, jobTemplate } = objectIn(cronJob["spec"]);
  const { template } = objectIn(objectIn(jobTemplate)["spec"]);
  return [
    ...(schedule === undefined ? [required("spec.schedule")] : []),
    ...templateProblems("spec.jobTemplate.spec.template", template),
  ];
}

function templateProblems(field: string, template: unknown): StatusCause[] {
  const pod = objectIn(objectIn(template)["spec"]);
  const policies = ["OnFailure", "Never"];
  return [
    ...containerProblems(`${field}.spec`, pod),
    ...(policies.includes(String(pod["restartPolicy"]))
      ? []
      : [required(`${field}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')]),
  ];
}

export function workloadProblems(workload: ApiObject): StatusCause[] {
  const spec = objectIn(workload["spec"]);
  const { matchLabels } = objectIn(spec["selector"]);
  const { metadata, spec: pod } = objectIn(spec["template"]);
  const { labels } = objectIn(metadata);
  const selected = Object.entries(objectIn(matchLabels)).every(
    ([key, value]) => objectIn(labels)[key] === value,
  );
  const why = "`selector` does not match template `labels`";
  return [
    ...(isJsonObject(matchLabels) ? [] : [required("spec.selector")]),
    ...(isJsonObject(matchLabels) && selected
      ? []
      : [invalidValue("spec.template.metadata.labels", labels ?? null, why)]),
    ...containerProblems("spec.template.spec", objectIn(pod)),
  ];
}

function containerProblems(field: string, pod: Readonly<Record<string, unknown>>): StatusCause[] {
  const containers = objectsIn(pod["containers"]);
  return containers.length === 0 ? [required(`${field}.containers`)] : [];
}
