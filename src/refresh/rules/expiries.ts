/** Until when what is in a cluster is good: registries' credentials and AWS sessions apart. Pure. */
import type { DesiredPullSecret } from "../desired.ts";

export interface Expiries {
  /** RFC 3339; the first registry credential to expire, null if none does. */
  readonly soonestExpiry: string | null;
  /** RFC 3339; the first AWS session to end, null if none is there. Absent: the config wants none. */
  readonly sessionsExpireAt?: string | null;
}

interface SecretExpiry {
  readonly pullSecret: string;
  /** RFC 3339 */
  readonly expiresAt: string | null;
}

/** A session lasts an hour: among registries' credentials, it would keep their alarm red. */
export function expiriesOf(
  secrets: readonly SecretExpiry[],
  desired: readonly DesiredPullSecret[],
): Expiries {
  const sessions = new Set(desired.filter(holdsSession).map(({ name }) => name));
  const isSession = ({ pullSecret }: SecretExpiry) => sessions.has(pullSecret);
  return {
    soonestExpiry: soonest(secrets.filter((secret) => !isSession(secret))),
    ...(sessions.size > 0 && { sessionsExpireAt: soonest(secrets.filter(isSession)) }),
  };
}

function holdsSession({ format }: DesiredPullSecret): boolean {
  return format.type === "awsCredentials";
}

function soonest(secrets: readonly SecretExpiry[]): string | null {
  return secrets.map(({ expiresAt }) => expiresAt).reduce(earlier, null);
}

/** RFC 3339 in UTC compares as text. */
function earlier(one: string | null, other: string | null): string | null {
  return one !== null && (other === null || one < other) ? one : other;
}
