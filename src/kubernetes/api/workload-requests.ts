/** The requests about workloads: looked at by name, and rolled by one annotation. */
import type { WorkloadRef } from "../../config/secret-format.ts";
import { fieldManager, restartedForAnnotation } from "../../pull-secrets/names.ts";
import type { WorkloadState } from "../../refresh/ports.ts";
import { workloadResources, workloadVersion } from "../../rights/workload-resources.ts";
import type { ListQuery } from "./lists.ts";
import { json, jsonBody, metadataOnly, type ObjectRequest } from "./requests.ts";
import { collectionPath, objectPath } from "./resources.ts";

/** Whole objects: neither the pod template nor what holds it up is metadata. */
export function workloadList(
  { kind, name }: WorkloadRef,
  namespace: string | undefined,
  cached: boolean,
): Omit<ListQuery<never>, "item"> {
  const path = collectionPath({ ...typeOf(kind), namespace });
  const what = `list ${kind}s ${namespace ?? "*"}/${name}`;
  return { what, path, accept: json, name, namespace, cached };
}

/**
 * A merge patch changes what is there, and makes nothing. The version says that it is still the
 * workload that was judged, and so a repeated patch rolls no second time.
 */
export function restartWorkload(workload: WorkloadState, restartedFor: string): ObjectRequest {
  const { kind, namespace, name, resourceVersion } = workload;
  const annotations = { [restartedForAnnotation]: restartedFor };
  return {
    what: `restart ${kind} ${namespace}/${name}`,
    method: "PATCH",
    path: `${objectPath({ ...typeOf(kind), name, namespace })}?${new URLSearchParams({ fieldManager })}`,
    headers: { accept: metadataOnly, "content-type": "application/merge-patch+json" },
    body: jsonBody({
      metadata: { resourceVersion },
      spec: { template: { metadata: { annotations } } },
    }),
  };
}

function typeOf(kind: WorkloadRef["kind"]) {
  return { apiVersion: workloadVersion, kind: workloadResources[kind].kind };
}
