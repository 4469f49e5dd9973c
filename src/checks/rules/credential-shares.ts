/**
 * How much of a credential's life is left when somebody hears of its end: sweeps and diagnoses go by
 * the same shares. Pure.
 */
import type { CredentialLife } from "../../clusters/record-state.ts";

/** Renewed at half of its life: by a quarter, half of the attempts have been in vain. */
export const renewableUrgentShare = 0.25;

/** What nothing renews: of a year's certificate, a warning for three months, and then a failure. */
export const fixedWarningShare = 0.25;
export const fixedUrgentShare = 0.1;

/** Of a token that doesn't say when it began: a warning for its last week. */
const assumedLifeMs = 28 * 24 * 3_600_000;

export function assumedLife(expiresAt: Date, issuedAt: Date | undefined): CredentialLife {
  const isTold = issuedAt !== undefined && issuedAt < expiresAt;
  return {
    issuedAt: isTold ? issuedAt : new Date(expiresAt.getTime() - assumedLifeMs),
    expiresAt,
  };
}

/** 1 at the beginning, 0 at the end, less when it is over. */
export function shareLeft({ issuedAt, expiresAt }: CredentialLife, now: Date): number {
  return (expiresAt.getTime() - now.getTime()) / (expiresAt.getTime() - issuedAt.getTime());
}
