/** What the tags of all clusters say together. Pure. */
import { isFailingLong, isTold } from "./failing-long.ts";
import type { RefreshMessage } from "./refresh-message.ts";

/** A cluster as the one list shows it; the soonest expiry is known without reaching it. */
export interface ListedState {
  readonly name: string;
  readonly state: NonNullable<RefreshMessage["state"]>;
}

export interface Fleet {
  readonly clusters: number;
  readonly failing: number;
  /** For three schedules. */
  readonly failingLong: number;
  /** Of these, the ones of which the topic wasn't told. */
  readonly untold: number;
  /** Of all clusters, also of those that can't be reached; undefined if nothing expires. */
  readonly soonestExpiry: Date | undefined;
  /** Of all clusters: the first AWS session to end; undefined if there are none. */
  readonly soonestSessionExpiry: Date | undefined;
  /** Percent, 0 once it is over: the cluster credential nearest its end; undefined if none ends. */
  readonly credentialLifeLeft: number | undefined;
}

export interface FleetTimes {
  /** When the schedule fired: messages of this tick judge by it as well. */
  readonly tick: Date;
  readonly now: Date;
  readonly schedulePeriodMs: number;
}

/** One pass and no object per cluster: ten thousand of them are already in memory. */
export function describeFleet(
  listed: readonly ListedState[],
  { tick, now, schedulePeriodMs }: FleetTimes,
): Fleet {
  let failing = 0;
  let failingLong = 0;
  let untold = 0;
  let soonestExpiry: Date | undefined;
  let soonestSessionExpiry: Date | undefined;
  let credentialLifeLeft: number | undefined;
  for (const { state } of listed) {
    if (state.failingSince) failing += 1;
    if (isFailingLong(state.failingSince, tick, schedulePeriodMs)) {
      failingLong += 1;
      if (!isTold(state)) untold += 1;
    }
    soonestExpiry = least(soonestExpiry, state.expiresAt);
    soonestSessionExpiry = least(soonestSessionExpiry, state.sessionsExpireAt);
    credentialLifeLeft = least(credentialLifeLeft, percentLeft(state.credential, now));
  }
  return {
    clusters: listed.length,
    failing,
    failingLong,
    untold,
    soonestExpiry,
    soonestSessionExpiry,
    credentialLifeLeft,
  };
}

function least<T extends Date | number>(one: T | undefined, other: T | undefined): T | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

function percentLeft(
  credential: ListedState["state"]["credential"],
  now: Date,
): number | undefined {
  if (!credential) return undefined;
  const issuedMs = credential.issuedAt.getTime();
  const expiresMs = credential.expiresAt.getTime();
  const percent = (100 * (expiresMs - now.getTime())) / (expiresMs - issuedMs);
  return Math.min(100, Math.max(0, percent));
}
