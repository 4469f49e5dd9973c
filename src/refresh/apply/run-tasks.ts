/**
 * Run what is to be done. Nothing new is started once the sweep is told to stop, or once the cluster
 * can't be used at all.
 */
import { ClusterError } from "../../errors.ts";
import type { SweepProgress } from "../ports.ts";
import type { Ledger, Undone } from "../report/ledger.ts";

export interface RunContext {
  /** Aborted, with a StopReason, when no new work may start. */
  readonly stop: AbortSignal;
  readonly progress: SweepProgress;
  readonly ledger: Ledger;
}

/** One thing to do in the cluster, and where it belongs in the report. */
export interface Task extends Undone {
  readonly run: () => Promise<void>;
}

/** Runs a task or notes why it wasn't run; a dead credential or server ends the sweep's writes. */
export function taskRunner({ stop, progress, ledger }: RunContext, of: number) {
  let done = 0;
  let dead: ClusterError | undefined;
  const attempt = async (task: Task) => {
    try {
      await task.run();
    } catch (error) {
      if (!(error instanceof ClusterError)) {
        throw error;
      }
      dead ??= endsSweep(error) ? error : undefined;
      ledger.failed(task, error);
    }
  };
  return async (task: Task) => {
    if (dead) {
      return ledger.failed(task, dead);
    }
    if (stop.aborted) {
      return ledger.notStarted(task, stop.reason === "interrupted" ? "interrupted" : "deadline");
    }
    await attempt(task);
    done += 1;
    progress.applied({ done, of });
  };
}

function endsSweep({ kind }: ClusterError): boolean {
  return kind === "unauthorized" || kind === "unreachable" || kind === "tls";
}
