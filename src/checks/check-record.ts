/** Look at a cluster's record: is it there, may it be read, is it a kubeconfig? */
import type { ClusterState } from "../clusters/record-state.ts";
import type { ClusterRecord } from "../clusters/store.ts";
import { KubeconfigError, StoreError } from "../errors.ts";
import { type Check, catalogue, failed, passed, skipped } from "./catalogue.ts";
import type { CheckResult } from "./check-report.ts";
import type { CheckPorts, ExaminedCluster } from "./ports.ts";

export interface FoundRecord {
  readonly checks: readonly CheckResult[];
  /** By its tags; undefined: they can't be read. */
  readonly state: ClusterState | undefined;
  readonly examined: ExaminedCluster | { readonly blocker: Check };
}

/** Undefined: no such cluster is registered. */
export async function checkRecord(
  cluster: string,
  ports: Pick<CheckPorts, "clusters" | "examine">,
  abort: AbortSignal,
): Promise<FoundRecord | undefined> {
  const [record, listed] = await Promise.all([
    orStoreError(ports.clusters.read(cluster)),
    orStoreError(ports.clusters.describe(cluster)),
  ]);
  const state = listed instanceof StoreError ? undefined : listed?.state;
  const error = [record, listed].find((each) => each instanceof StoreError);
  const read = error
    ? failed(catalogue.record, { message: error.message, hint: error.hint })
    : passed(catalogue.record);
  if (record instanceof StoreError) {
    const checks = [read, skipped(catalogue.kubeconfig, catalogue.record)];
    return { checks, state, examined: { blocker: catalogue.record } };
  }
  if (!record) {
    return undefined;
  }
  const { check, examined } = examine(record, ports, abort);
  return { checks: [read, check], state, examined };
}

function examine(
  record: ClusterRecord,
  ports: Pick<CheckPorts, "examine">,
  abort: AbortSignal,
): { readonly check: CheckResult; readonly examined: FoundRecord["examined"] } {
  const check = catalogue.kubeconfig;
  try {
    const examined = ports.examine(record, abort);
    return { check: passed(check, examined.server), examined };
  } catch (error) {
    if (error instanceof KubeconfigError) {
      const { message, hint } = error;
      return { check: failed(check, { message, hint }), examined: { blocker: check } };
    }
    throw error;
  }
}

async function orStoreError<T>(answer: Promise<T>): Promise<T | StoreError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StoreError) {
      return error;
    }
    throw error;
  }
}
