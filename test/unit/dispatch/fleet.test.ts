import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { describeFleet, type ListedState } from "../../../src/dispatch/fleet.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(tick.getTime() - minutes * 60_000);
const hoursAhead = (hours: number) => new Date(tick.getTime() + hours * 3_600_000);
const tenMinutes = { tick, now: tick, schedulePeriodMs: 600_000 };

let count = 0;
function cluster(state: Partial<ListedState["state"]> = {}): ListedState {
  count += 1;
  return { name: `cluster-${count}`, state: { ...noState, ...state } };
}

/** A life of four hours, of which so many are left. */
const ending = (hoursLeft: number) =>
  cluster({
    credential: { issuedAt: hoursAhead(hoursLeft - 4), expiresAt: hoursAhead(hoursLeft) },
  });

const silence = {
  clusters: 0,
  failing: 0,
  failingLong: 0,
  untold: 0,
  soonestExpiry: undefined,
  soonestSessionExpiry: undefined,
  credentialLifeLeft: undefined,
};

describe("all clusters together tell", () => {
  test.each<[string, readonly ListedState[], object]>([
    ["of none", [], {}],
    ["of clusters without state", [cluster(), cluster()], { clusters: 2 }],
    [
      "the soonest expiry, whatever its place",
      [22, 14, undefined, 23].map((hours) =>
        cluster({ expiresAt: hours === undefined ? undefined : hoursAhead(hours) }),
      ),
      { clusters: 4, soonestExpiry: hoursAhead(14) },
    ],
    [
      "the expiry of a cluster that fails, and has passed",
      [
        cluster({ expiresAt: hoursAhead(9) }),
        cluster({ expiresAt: hoursAhead(-1), failingSince: minutesAgo(5) }),
      ],
      { clusters: 2, failing: 1, soonestExpiry: hoursAhead(-1) },
    ],
    [
      "the first AWS session to end, apart from pull secrets",
      [0.4, 0.7, undefined].map((hours) =>
        cluster({
          expiresAt: hoursAhead(9),
          sessionsExpireAt: hours === undefined ? undefined : hoursAhead(hours),
        }),
      ),
      { clusters: 3, soonestExpiry: hoursAhead(9), soonestSessionExpiry: hoursAhead(0.4) },
    ],
    [
      "how many fail, and for how many of them it isn't the first time",
      [5, 20, 31, 600].map((minutes) => cluster({ failingSince: minutesAgo(minutes) })),
      { clusters: 4, failing: 4, failingLong: 2, untold: 2 },
    ],
    [
      "of how many of those nobody was told; a notice that was only prepared doesn't count",
      [undefined, 20, 31].map((told) =>
        cluster({
          failingSince: minutesAgo(31),
          failureToldAt: told === undefined ? told : minutesAgo(told),
        }),
      ),
      { clusters: 3, failing: 3, failingLong: 3, untold: 2 },
    ],
    [
      "how much is left of the credential nearest its end, in percent of its own life",
      [ending(3), cluster(), ending(1), ending(2)],
      { clusters: 4, credentialLifeLeft: 25 },
    ],
    [
      "that nothing is left of one that is over",
      [ending(-2)],
      { clusters: 1, credentialLifeLeft: 0 },
    ],
    [
      "no more than all of one that begins in the future",
      [ending(7)],
      { clusters: 1, credentialLifeLeft: 100 },
    ],
  ])("%s", (_, listed, found) => {
    expect(describeFleet(listed, tenMinutes)).toEqual({ ...silence, ...found });
  });

  test("who fails for long by the time of the tick, however late it is looked at", () => {
    const listed = [cluster({ failingSince: minutesAgo(20) })];
    const late = { ...tenMinutes, now: hoursAhead(1) };
    expect(describeFleet(listed, late)).toMatchObject({ failing: 1, failingLong: 0 });
  });

  test("what is left by the time of now, however old the tick is", () => {
    const late = { ...tenMinutes, now: hoursAhead(1) };
    expect(describeFleet([ending(2)], late)).toMatchObject({ credentialLifeLeft: 25 });
  });

  test("how long a cluster fails in schedules, not in minutes", () => {
    const listed = [cluster({ failingSince: minutesAgo(31) })];
    const hourly = { ...tenMinutes, schedulePeriodMs: 3_600_000 };
    expect(describeFleet(listed, hourly)).toMatchObject({ failing: 1, failingLong: 0 });
  });
});
