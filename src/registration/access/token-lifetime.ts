/** How long a ServiceAccount's token is to live, and what outage that survives. Pure. */
import { askableSeconds, grantableSeconds } from "../../clusters/token-life.ts";
import { UsageError } from "../../errors.ts";

export const defaultLifetime = "30d";

const secondsPer = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `30d`, `48h`, `90m`, `3600s` in seconds. @throws UsageError */
export function parseLifetime(text: string): number {
  const [, digits, unit] = /^(\d{1,10})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new UsageError("--token-lifetime isn't a number with a unit", {
      hint: `s, m, h and d are the units: --token-lifetime ${defaultLifetime}`,
    });
  }
  const seconds = Number(digits) * secondsPer[unit as keyof typeof secondsPer];
  if (seconds < grantableSeconds.min || seconds > grantableSeconds.max) {
    throw new UsageError(`--token-lifetime ${text} is none that an API server grants`, {
      hint: "it takes 10m to 49710d, and may grant less than asked",
    });
  }
  return askableSeconds(seconds);
}

/** How long nothing may reach the cluster, at the worst moment, before its credential is dead. */
export function survivedOutageMs(lifetimeMs: number, schedulePeriodMs: number): number {
  return Math.max(0, lifetimeMs / 2 - schedulePeriodMs);
}
