/** Of a notice, what it says of how long the cluster has. */
import { formatSpan } from "../durations.ts";
import { formatTime } from "../times.ts";
import type { ClusterNotice } from "./notice.ts";

export type Line = readonly [name: string, text: string];

/** Of a failing cluster. Where pods have nothing but AWS sessions, no pull secret is missed. */
export function expiryLines({ expiresAt, sessionsExpireAt }: ClusterNotice, now: Date): Line[] {
  return [
    ...(expiresAt || !sessionsExpireAt
      ? [["Expires", describeExpiry(expiresAt, now)] as const]
      : []),
    ...(sessionsExpireAt
      ? [["AWS sessions", describeSessions(sessionsExpireAt, now)] as const]
      : []),
  ];
}

function describeExpiry(expiresAt: Date | undefined, now: Date): string {
  if (!expiresAt) {
    return "no pull secret of ours is known to be there; pods that need one can't pull new images";
  }
  const consequence =
    expiresAt > now
      ? "from then on, pods can't pull new images with it"
      : "pods can't pull new images with it";
  return `${describeEnd(expiresAt, now)}: ${consequence}`;
}

/** They end hours before pull secrets do, and what they open is missed at once. */
function describeSessions(expiresAt: Date, now: Date): string {
  const time = formatTime(expiresAt);
  const end =
    expiresAt > now
      ? `the first session ends on ${time}, in ${spanBetween(now, expiresAt)}: from then on,`
      : `the first session ended on ${time}, ${spanBetween(expiresAt, now)} ago:`;
  return `${end} AWS refuses what pods ask with it`;
}

export function describeEnd(expiresAt: Date, now: Date): string {
  const time = formatTime(expiresAt);
  return expiresAt > now
    ? `the first pull secret expires on ${time}, in ${spanBetween(now, expiresAt)}`
    : `the first pull secret expired on ${time}, ${spanBetween(expiresAt, now)} ago`;
}

export function spanBetween(from: Date, to: Date): string {
  return formatSpan(Math.max(0, to.getTime() - from.getTime()));
}
