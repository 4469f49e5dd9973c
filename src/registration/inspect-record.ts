/** Looks at a cluster's record, and whether its credential opens anything. Reads only. */
import type { ClusterStore } from "../clusters/store.ts";
import { ClusterError, KubeconfigError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import type { StoredKubeconfigs } from "./access/stored-kubeconfigs.ts";
import type { InspectedRecord, RecordContent } from "./inspection.ts";
import type { RegistrationWish } from "./registration-wish.ts";

export interface InspectRecordPorts {
  readonly kubeconfigs: StoredKubeconfigs;
  readonly clusters: Pick<ClusterStore, "read" | "describe">;
}

/** @throws ClusterError, StoreError */
export async function inspectRecord(
  wish: RegistrationWish,
  { clusters, kubeconfigs }: InspectRecordPorts,
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
    !(content instanceof KubeconfigError) &&
    wish.access.judgeDeployed === undefined &&
    isCandidate(content, wish, kubeconfigs);
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
