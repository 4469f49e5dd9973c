/** A DaemonSet's pod templates are counted by the server, in an annotation of the object itself. */
import { isDeepStrictEqual } from "node:util";
import { type ApiObject, objectIn } from "./object.ts";

const key = "deprecated.daemonset.template.generation";

/** @param live undefined: it is new, and may bring a count along */
export function withTemplateCount(object: ApiObject, live: ApiObject | undefined): ApiObject {
  const given = object.metadata.annotations?.[key];
  const count = live === undefined ? Number(given ?? 1) : countAfter(live, object);
  const annotations = { ...object.metadata.annotations, [key]: String(Math.max(count, 1)) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function countAfter(live: ApiObject, next: ApiObject): number {
  const isChanged = !isDeepStrictEqual(templateOf(live), templateOf(next));
  return Number(live.metadata.annotations?.[key] ?? 0) + Number(isChanged);
}

function templateOf(object: ApiObject): unknown {
  return objectIn(object["spec"])["template"];
}
