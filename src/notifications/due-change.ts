/** Which change of a cluster the topic is to be told. Pure. */
import { type Failure, isFailingLong, isTold, maxToldEach } from "../dispatch/failing-long.ts";
import type { Change } from "./notice.ts";

/** All clusters, at a tick of the schedule, as dispatch saw them. */
export interface FleetAtTick {
  readonly tick: Date;
  /** How many have been failing for three schedules, and nobody was told of. */
  readonly untold: number;
  /** Whether this cluster is among those: the list that dispatch counts by may lag. */
  readonly isCounted: boolean;
}

/**
 * @param standing after the sweep, but `failureToldAt` as it was before
 * @param fleet undefined: somebody asked for this sweep, and sees what comes of it. That it keeps
 * failing is left to the schedule's next sweep, which knows whether too many do.
 */
export function dueChange(
  standing: Failure,
  fleet: FleetAtTick | undefined,
  schedulePeriodMs: number,
): Change | undefined {
  const { failingSince, failureToldAt } = standing;
  if (!failingSince) {
    return failureToldAt && "recovered";
  }
  // Only of one that was counted: of ten thousand that began to fail at once, each would be told
  // while the count doesn't know of them yet.
  if (isTold(standing) || !fleet?.isCounted || fleet.untold > maxToldEach) {
    return undefined;
  }
  // It may have recovered since it was counted, and fail anew.
  return isFailingLong(failingSince, fleet.tick, schedulePeriodMs) ? "failing" : undefined;
}
