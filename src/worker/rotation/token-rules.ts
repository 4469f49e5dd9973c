/** When a cluster's token is renewed, what is asked for, and what isn't taken. Pure. */
import type { CredentialLife } from "../../clusters/record.ts";
import { formatDuration } from "../../durations.ts";
import { UserError } from "../../errors.ts";
import { dueFraction } from "../../refresh/rules/due.ts";
import { lifeMs, type ServiceAccountToken, type StoredCredential } from "./stored-credential.ts";

/** At half of its life, as pull secrets are: that leaves the other half for whatever goes wrong. */
export function isDue(
  life: CredentialLife,
  at: { readonly cluster: string; readonly now: Date },
): boolean {
  const dueAtMs = life.issuedAt.getTime() + dueFraction(at.cluster) * lifeMs(life);
  return at.now.getTime() >= dueAtMs;
}

/** Three sweeps until it is due, and three more to renew it: less is no life to rely on. */
export function minLifeMs(schedulePeriodMs: number): number {
  return 6 * schedulePeriodMs;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
const minSeconds = 600;
const maxSeconds = 2 ** 32;

/**
 * kube-apiserver takes this number for a sign that it was the kubelet that asked, for a pod whose
 * client may never read its next token, and grants a year:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/core/serviceaccount/storage/token.go#L234
 */
const podSeconds = 3_607;

/**
 * What to ask for: what somebody wanted at registration, else what the token in hand was granted.
 * Never so little that it would be refused.
 */
export function secondsToAsk(token: ServiceAccountToken, schedulePeriodMs: number): number {
  const wanted = token.wantedLifetimeSeconds ?? Math.round(lifeMs(token) / 1_000);
  const least = Math.max(minSeconds, Math.ceil(minLifeMs(schedulePeriodMs) / 1_000));
  const seconds = Math.min(Math.max(wanted, least), maxSeconds);
  return seconds === podSeconds ? podSeconds + 1 : seconds;
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
