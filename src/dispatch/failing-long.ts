/** When a failing cluster is worth somebody's attention. */

/** One failure may be a blip, which the next tick mends; half of a token's life is far away. */
export const schedulesUntilTold = 3;

/** Ticks and sweeps are seconds late: three schedules must not be missed for them. */
const slackSchedules = 0.5;

/** Whether a cluster has been failing for three schedules. */
export function isFailingLong(
  failingSince: Date | undefined,
  now: Date,
  schedulePeriodMs: number,
): boolean {
  if (!failingSince) return false;
  const schedules = (now.getTime() - failingSince.getTime()) / schedulePeriodMs;
  return schedules >= schedulesUntilTold - slackSchedules;
}

/**
 * What the tag says before the topic is told: since when it fails, which is no time at which that
 * was told. It proves that the tag can be written; without that, there would be a mail per sweep.
 * Whoever is stopped before they note that it was told leaves it to be told once more.
 */
export function aboutToBeTold({ failingSince }: Pick<Failure, "failingSince">): Date | undefined {
  return failingSince;
}

/** As the tags of a record say it. */
export interface Failure {
  readonly failingSince: Date | undefined;
  readonly failureToldAt: Date | undefined;
}

/** Whether the topic was told of it. */
export function isTold({ failingSince, failureToldAt }: Failure): boolean {
  return failureToldAt !== undefined && failureToldAt.getTime() !== failingSince?.getTime();
}

/**
 * Of so many untold failures at once an alarm speaks for all: nobody reads ten thousand mails. Those
 * that were told before don't count: where some sites are always down, others are still worth one.
 */
export const maxToldEach = 20;
