/** Which change of a cluster the topic is to be told. Pure. */
import { isFailingLong, maxToldEach } from "../dispatch/failing-long.ts";
import type { Change } from "./notice.ts";

/** After a sweep. */
export interface Standing {
  readonly failingSince: Date | undefined;
  /** The tag of the record, as it was before. */
  readonly failureToldAt: Date | undefined;
}

/** All clusters, at a tick of the schedule. */
export interface FleetAtTick {
  readonly tick: Date;
  readonly failingLong: number;
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
  if (isTold(standing) || !fleet || fleet.failingLong > maxToldEach) {
    return undefined;
  }
  // By the tick, as dispatch counted: by now, a late retry would tell of each of ten thousand
  // clusters before the first tick that counts them.
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
