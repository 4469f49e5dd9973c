/**
 * Roll one workload, guarded by what was seen of it: if somebody was faster, it is judged anew. The
 * controller that looks after it writes it too, so that may happen more than once.
 */
import { ClusterError } from "../../errors.ts";
import type { ClusterApi, WorkloadState } from "../ports.ts";
import type { Judge } from "../rules/judge-secret.ts";
import { type Contents, judgeWorkload, type Restart } from "../rules/restarts.ts";

const maxAttempts = 3;

export type RestartOutcome =
  | { readonly result: "restarted"; readonly restart: Restart }
  /** A new pod template would start no pod. */
  | { readonly result: "held"; readonly restart: Restart }
  /** Its pods are started for what the secrets hold, or it is gone. */
  | { readonly result: "unneeded" };

interface RestartContext {
  readonly api: ClusterApi;
  readonly judge: Judge;
  /** What its pull secrets hold now. */
  readonly contents: Contents;
}

/** @throws ClusterError */
export async function restartWorkload(
  seen: WorkloadState,
  { api, judge, contents }: RestartContext,
): Promise<RestartOutcome> {
  let workload: WorkloadState | undefined = seen;
  let sent: Restart | undefined;
  for (let attempt = 1; workload && attempt <= maxAttempts; attempt += 1) {
    if (sent !== undefined && workload.restartedFor === sent.restartedFor) {
      // Our patch had arrived, and its answer was lost: the repeated one conflicted with it.
      return { result: "restarted", restart: sent };
    }
    const verdict = judgeWorkload(workload, contents, judge);
    if (verdict.verdict !== "restart") {
      return verdict.verdict === "held"
        ? { result: "held", restart: verdict.restart }
        : { result: "unneeded" };
    }
    sent = verdict.restart;
    if (await isPatched(sent, api, attempt)) {
      return { result: "restarted", restart: sent };
    }
    workload = await api.findWorkload(seen, seen.namespace);
  }
  return { result: "unneeded" };
}

/** False: somebody was faster, or it is gone. */
async function isPatched(
  { workload, restartedFor }: Restart,
  api: ClusterApi,
  attempt: number,
): Promise<boolean> {
  try {
    await api.restartWorkload(workload, restartedFor);
    return true;
  } catch (error) {
    const kind = error instanceof ClusterError ? error.kind : undefined;
    if (kind === "not-found" || (kind === "conflict" && attempt < maxAttempts)) {
      return false;
    }
    throw error;
  }
}
