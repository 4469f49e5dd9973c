/** When a cluster's token is renewed, what is asked for, and what isn't taken. Pure. */
import type { CredentialLife } from "../../clusters/record-state.ts";
import {
  lifeMs,
  type ServiceAccountToken,
  type StoredCredential,
} from "../../clusters/stored-credential.ts";
import { askableSeconds, grantableSeconds, minLifeMs } from "../../clusters/token-life.ts";
import { formatDuration } from "../../durations.ts";
import { UserError } from "../../errors.ts";
import { dueFraction } from "../../refresh/rules/due.ts";

/** At half of its life, as pull secrets are: that leaves the other half for whatever goes wrong. */
export function isDue(
  life: CredentialLife,
  at: { readonly cluster: string; readonly now: Date },
): boolean {
  const dueAtMs = life.issuedAt.getTime() + dueFraction(at.cluster) * lifeMs(life);
  return at.now.getTime() >= dueAtMs;
}

/**
 * What to ask for: what somebody wanted at registration, else what the token in hand was granted.
 * Never so little that it would be refused.
 */
export function secondsToAsk(token: ServiceAccountToken, schedulePeriodMs: number): number {
  const wanted = token.wantedLifetimeSeconds ?? Math.round(lifeMs(token) / 1_000);
  const least = Math.max(grantableSeconds.min, Math.ceil(minLifeMs(schedulePeriodMs) / 1_000));
  return askableSeconds(Math.min(Math.max(wanted, least), grantableSeconds.max));
}

/** What was granted is no token to go on with. */
export class GrantError extends UserError {
  override readonly name = "GrantError";
}

/** What may take the place of the token that asked for it. @throws GrantError */
export function acceptGranted(
  granted: StoredCredential,
  { namespace, name }: ServiceAccountToken,
  schedulePeriodMs: number,
): ServiceAccountToken {
  if (
    granted.kind !== "service-account-token" ||
    granted.namespace !== namespace ||
    granted.name !== name
  ) {
    throw new GrantError(
      `asked for the next token of ServiceAccount ${namespace}/${name}, the API server handed out something else`,
      { hint: "look for a proxy that answers in place of the API server" },
    );
  }
  const leastMs = minLifeMs(schedulePeriodMs);
  if (lifeMs(granted) < leastMs) {
    throw new GrantError(
      `the API server grants ${formatDuration(lifeMs(granted))}, less than six schedules (${formatDuration(leastMs)})`,
      {
        hint: "raise --service-account-max-token-expiration of the API server, or shorten `schedule` in the config",
      },
    );
  }
  return granted;
}
