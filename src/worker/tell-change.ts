/**
 * Tells the topic of a cluster's change, so that it is told once: the record's tags are written
 * before and after. Before, since what can't be noted would be told by each sweep anew; after, since
 * who is killed in between must not leave it untold.
 */
import type { ClusterState } from "../clusters/record-state.ts";
import type { ClusterStore } from "../clusters/store.ts";
import { aboutToBeTold } from "../dispatch/failing-long.ts";
import { type Change, NotificationError, type Notify } from "../notifications/notice.ts";
import type { CostedReport } from "./sweep-registered.ts";

export interface TopicPorts {
  readonly notify: Notify;
  readonly told: (cluster: string, change: Change) => void;
  readonly notTold: (cluster: string, change: Change, error: NotificationError) => void;
}

export interface TellingPorts {
  readonly clusters: Pick<ClusterStore, "saveState">;
  readonly topic: TopicPorts;
  readonly now: () => Date;
}

export interface DueChange {
  readonly change: Change;
  readonly before: ClusterState;
  /** What the tags should say of the sweep, with or without a word to the topic. */
  readonly after: ClusterState;
}

/** @throws StoreError: it was not told, or is going to be told once more */
export async function tellChange(
  report: CostedReport,
  due: DueChange,
  ports: TellingPorts,
): Promise<void> {
  const { cluster } = report;
  const { clusters, topic, now } = ports;
  const { change, after } = due;
  const announced = announcing(due);
  if (!(await clusters.saveState(cluster, announced.before, announced.after))) {
    return; // It was unregistered meanwhile.
  }
  const failureToldAt = change === "failing" ? now() : undefined;
  try {
    await topic.notify(noticeOf(report, due));
  } catch (error) {
    if (!(error instanceof NotificationError)) throw error;
    topic.notTold(cluster, change, error);
    await clusters.saveState(cluster, announced.after, after);
    return;
  }
  topic.told(cluster, change);
  await clusters.saveState(cluster, announced.after, { ...after, failureToldAt });
}

/** A change of the tags that is written in any case, by the call that later notes what was told. */
function announcing({ change, before, after }: DueChange): Pick<DueChange, "before" | "after"> {
  return change === "failing"
    ? {
        before: { ...before, failureToldAt: undefined },
        after: { ...after, failureToldAt: aboutToBeTold(after) },
      }
    : { before: { ...before, failingSince: firstFailure(before) }, after };
}

/** Of a cluster that recovered by a sweep that has no topic, only when it was told is still known. */
function firstFailure({ failingSince, failureToldAt }: ClusterState): Date | undefined {
  return failingSince ?? failureToldAt;
}

function noticeOf(report: CostedReport, { change, before, after }: DueChange) {
  const { cluster, startedAt, failures } = report;
  const [first] = failures;
  const cause = first && {
    message: first.message,
    hint: first.hint,
    others: failures.length - 1,
  };
  return {
    cluster,
    change,
    failingSince: after.failingSince ?? firstFailure(before) ?? new Date(startedAt),
    expiresAt: after.expiresAt,
    sessionsExpireAt: after.sessionsExpireAt,
    ...(change === "failing" && { cause }),
  };
}
