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

/** Above so many at once, an alarm speaks for all of them: nobody reads ten thousand mails. */
export const maxToldEach = 20;
