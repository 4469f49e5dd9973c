/** Which change of a cluster the topic is to be told. Pure. */
import { isFailingLong, maxToldEach } from "../dispatch/failing-long.ts";
import type { Change } from "./notice.ts";

/** After a sweep. */
export interface Standing {
  readonly failingSince: Date | undefined;
  /** The tag of the record, as it was before. */
  readonly failureToldAt: Date | undefined;
}

/** All clusters, at a tick of the schedule, as dispatch saw them. */
export interface FleetAtTick {
  readonly tick: Date;
  readonly failingLong: number;
  /** Whether this cluster is among those: the list that dispatch counts by may lag. */
  readonly isCounted: boolean;
}

/**
 * @param fleet undefined: somebody asked for this sweep, and sees what comes of it. That it keeps
 * failing is left to the schedule's next sweep, which knows whether too many do.
 */
export function dueChange(
  standing: Standing,
  fleet: FleetAtTick | undefined,
  schedulePeriodMs: number,
): Change | undefined {
  const { failingSince, failureToldAt } = standing;
  if (!failingSince) {
    return failureToldAt && "recovered";
  }
  // Only of one that was counted: of ten thousand that began to fail at once, each would be told
  // while the count doesn't know of them yet.
  if (isTold(standing) || !fleet?.isCounted || fleet.failingLong > maxToldEach) {
    return undefined;
  }
  // It may have recovered since it was counted, and fail anew.
  return isFailingLong(failingSince, fleet.tick, schedulePeriodMs) ? "failing" : undefined;
}

/**
 * What the tag says before the topic is told: since when it fails, which is no time at which that
 * was told. It proves that the tag can be written; without that, there would be a mail per sweep.
 * Whoever is stopped before they note that it was told leaves it to be told once more.
 */
export function aboutToBeTold({ failingSince }: Pick<Standing, "failingSince">): Date | undefined {
  return failingSince;
}

function isTold({ failingSince, failureToldAt }: Standing): boolean {
  return failureToldAt !== undefined && failureToldAt.getTime() !== failingSince?.getTime();
}
