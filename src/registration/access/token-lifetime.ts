/** How long a ServiceAccount's token is to live, and what outage that survives. Pure. */
import { UsageError } from "../../errors.ts";

export const defaultLifetime = "30d";

const secondsPer = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
const minSeconds = 600;
const maxSeconds = 2 ** 32;

/**
 * A token asked for exactly so long is handed out for a year, as a crutch for old clients (flag
 * --service-account-extend-token-expiration): one second more is what was meant.
 */
const magicSeconds = 3_607;

/** `30d`, `48h`, `90m`, `3600s` in seconds. @throws UsageError */
export function parseLifetime(text: string): number {
  const [, digits, unit] = /^(\d{1,10})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new UsageError("--token-lifetime isn't a number with a unit", {
      hint: `s, m, h and d are the units: --token-lifetime ${defaultLifetime}`,
    });
  }
  const seconds = Number(digits) * secondsPer[unit as keyof typeof secondsPer];
  if (seconds < minSeconds || seconds > maxSeconds) {
    throw new UsageError(`--token-lifetime ${text} is none that an API server grants`, {
      hint: "it takes 10m to 49710d, and may grant less than asked",
    });
  }
  return seconds === magicSeconds ? magicSeconds + 1 : seconds;
}

/**
 * A token has to last six schedules: it is renewed once half of its life is gone, and that must
 * still leave a few attempts.
 */
export function minLifetimeMs(schedulePeriodMs: number): number {
  return 6 * schedulePeriodMs;
}

/** The longest schedule that a token of this life can do with, in whole minutes. */
export function longestSchedule(lifetimeMs: number): number {
  return Math.floor(lifetimeMs / 6 / 60_000);
}

/** How long nothing may reach the cluster, at the worst moment, before its credential is dead. */
export function survivedOutageMs(lifetimeMs: number, schedulePeriodMs: number): number {
  return Math.max(0, lifetimeMs / 2 - schedulePeriodMs);
}
