/** Looks at what is there: the objects of the rights, and the record. Reads only. */
import type { ClusterStore } from "../clusters/store.ts";
import { ClusterError, KubeconfigError } from "../errors.ts";
import { computeRights } from "../rights/compute-rights.ts";
import {
  formatRef,
  type KubernetesObject,
  type LiveObject,
  type ObjectRef,
  refOf,
} from "../rights/kubernetes-object.ts";
import { rightsName, tokenRoleName } from "../rights/names.ts";
import type { SecretValue } from "../secret-value.ts";
import { findOurs, policyKinds, rbacKinds } from "./find-ours.ts";
import type { InspectedObject, InspectedRecord, Inspection, RecordContent } from "./inspection.ts";
import type { AdminApi } from "./ports.ts";
import { type RegistrationWish, rightsWish } from "./registration-wish.ts";
import type { StoredKubeconfigs } from "./stored-kubeconfigs.ts";

export interface InspectPorts {
  readonly admin: AdminApi;
  readonly kubeconfigs: StoredKubeconfigs;
  readonly clusters: Pick<ClusterStore, "read" | "describe">;
}

/** @throws ClusterError, StoreError */
export async function inspect(wish: RegistrationWish, ports: InspectPorts): Promise<Inspection> {
  const { admin } = ports;
  const rights = computeRights(rightsWish(wish));
  const [objects, stale, record] = await Promise.all([
    Promise.all(
      rights.objects.map((wanted) => inspectObject(wanted, { admin, namespace: wish.namespace })),
    ),
    findStale(rights.objects, wish, admin),
    inspectRecord(wish, ports),
  ]);
  return { rights, objects, stale, record };
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
): Promise<readonly LiveObject[]> {
  const kinds = wish.withPolicy ? [...rbacKinds, ...policyKinds] : rbacKinds;
  const current = new Set(wanted.map((object) => formatRef(refOf(object))));
  const ours = await findOurs(admin, kinds, wish);
  return ours.filter((object) => {
    const { name, namespace } = object.metadata;
    const isOfThisPlace =
      name === rightsName(wish.namespace) ||
      (name === tokenRoleName && namespace === wish.namespace);
    return isOfThisPlace && !current.has(formatRef(refOf(object)));
  });
}

async function inspectRecord(
  wish: RegistrationWish,
  { clusters, kubeconfigs }: InspectPorts,
): Promise<InspectedRecord | undefined> {
  const [record, listed] = await Promise.all([
    clusters.read(wish.cluster),
    clusters.describe(wish.cluster),
  ]);
  if (record === undefined || listed === undefined) {
    return undefined;
  }
  const content = readContent(record.kubeconfig, kubeconfigs);
  const isInQuestion =
    !(content instanceof KubeconfigError) && isCandidate(content, wish, kubeconfigs);
  const dead = isInQuestion ? await whyDead(content.kubeconfig, kubeconfigs) : undefined;
  return { state: listed.state, versionId: record.versionId, content, dead };
}

function readContent(
  kubeconfig: SecretValue | KubeconfigError,
  kubeconfigs: StoredKubeconfigs,
): RecordContent | KubeconfigError {
  if (kubeconfig instanceof KubeconfigError) {
    return kubeconfig;
  }
  try {
    return { ...kubeconfigs.read(kubeconfig), kubeconfig };
  } catch (error) {
    if (error instanceof KubeconfigError) {
      return error;
    }
    throw error;
  }
}

/** Whether the record may stay as it is, if only its credential works. */
function isCandidate(
  { server, credential }: RecordContent,
  { access, replace, renew }: RegistrationWish,
  kubeconfigs: StoredKubeconfigs,
): boolean {
  const fits = server === kubeconfigs.server && access.misfit(credential) === undefined;
  return fits && !replace && !renew;
}

/** Any question does: whoever isn't known to the API server gets no answer. */
const anyQuestion = { verb: "list", group: "", resource: "namespaces" };

async function whyDead(
  kubeconfig: SecretValue,
  kubeconfigs: StoredKubeconfigs,
): Promise<string | undefined> {
  try {
    await kubeconfigs.connect(kubeconfig).rights.canI(anyQuestion);
    return undefined;
  } catch (error) {
    const isDead =
      error instanceof KubeconfigError ||
      (error instanceof ClusterError && (error.kind === "unauthorized" || error.kind === "tls"));
    if (isDead) {
      return error.message;
    }
    throw error;
  }
}
