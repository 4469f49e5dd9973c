/** Looks at what is there: the objects of the rights, and the record. Reads only. */
import { ClusterError } from "../errors.ts";
import { computeRights } from "../rights/compute-rights.ts";
import {
  formatRef,
  type KubernetesObject,
  type LiveObject,
  type ObjectRef,
  refOf,
} from "../rights/kubernetes-object.ts";
import { rightsName, tokenRoleName } from "../rights/names.ts";
import { findOurs, policyKinds, rbacKinds } from "./find-ours.ts";
import { type InspectRecordPorts, inspectRecord } from "./inspect-record.ts";
import type { InspectedObject, Inspection } from "./inspection.ts";
import type { AdminApi } from "./ports.ts";
import { type RegistrationWish, rightsWish } from "./registration-wish.ts";

export interface InspectPorts extends InspectRecordPorts {
  readonly admin: AdminApi;
}

/** @throws ClusterError, StoreError */
export async function inspect(wish: RegistrationWish, ports: InspectPorts): Promise<Inspection> {
  const { admin } = ports;
  const rights = computeRights(rightsWish(wish));
  const [objects, earlier, record] = await Promise.all([
    Promise.all(
      rights.objects.map((wanted) => inspectObject(wanted, { admin, namespace: wish.namespace })),
    ),
    findStale(rights.objects, wish, admin),
    inspectRecord(wish, ports),
  ]);
  return { rights, objects, ...earlier, record };
}

async function inspectObject(
  wanted: KubernetesObject,
  { admin, namespace }: { readonly admin: AdminApi; readonly namespace: string },
): Promise<InspectedObject> {
  const live = await getOrHidden(refOf(wanted), admin);
  const home = wanted.metadata.namespace;
  if (live !== undefined || home === undefined || home === namespace) {
    return { wanted, live };
  }
  const ref = { apiVersion: "v1", kind: "Namespace", name: home, namespace: undefined };
  return { wanted, live: (await getOrHidden(ref, admin)) === undefined ? "homeless" : undefined };
}

async function getOrHidden(
  ref: ObjectRef,
  admin: AdminApi,
): Promise<LiveObject | "hidden" | undefined> {
  try {
    return await admin.get(ref);
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "forbidden") {
      return "hidden";
    }
    throw error;
  }
}

/** What an earlier config asked for. Without a policy in the wish, one that is there may stay. */
async function findStale(
  wanted: readonly KubernetesObject[],
  wish: RegistrationWish,
  admin: AdminApi,
): Promise<Pick<Inspection, "stale" | "unlisted">> {
  const kinds = wish.withPolicy ? [...rbacKinds, ...policyKinds] : rbacKinds;
  const current = new Set(wanted.map((object) => formatRef(refOf(object))));
  const { objects, unlisted } = await findOurs(admin, kinds, wish);
  const stale = objects.filter((object) => {
    const { name, namespace } = object.metadata;
    const isOfThisPlace =
      name === rightsName(wish.namespace) ||
      (name === tokenRoleName && namespace === wish.namespace);
    return isOfThisPlace && !current.has(formatRef(refOf(object)));
  });
  return { stale, unlisted };
}
