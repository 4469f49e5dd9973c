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

/** Of pods, services and workloads. */
export const specFields: Fields = { spec: { type: "atomic", shape: "object" } };

export function podProblems(pod: ApiObject): StatusCause[] {
  return containerProblems("spec", objectIn(pod["spec"]));
}

export function serviceProblems(service: ApiObject): StatusCause[] {
  const ports = objectsIn(objectIn(service["spec"])["ports"]);
  return ports.length === 0 ? [required("spec.ports")] : [];
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
