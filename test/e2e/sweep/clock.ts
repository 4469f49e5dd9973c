/** The time that sweeps and freshly minted tokens see: the real one, moved forward. */
export interface Clock {
  readonly now: () => Date;
  readonly offsetMs: () => number;
  /** To where a token that was minted just now is due. */
  passHalfLife(): void;
}

/** Half of a token's 12 hours is the latest that a cluster renews it; a minute for rounded stamps. */
const dueAfterMs = (6 * 60 + 1) * 60_000;

export function createClock(): Clock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    offsetMs: () => offsetMs,
    passHalfLife: () => {
      offsetMs += dueAfterMs;
    },
  };
}
