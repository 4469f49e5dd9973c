/** Ninety days of sweeps, for what servers grant, with whatever goes wrong in them. */
import { describe, expect, test } from "vitest";
import {
  dayMs,
  hourMs,
  minuteMs,
  type RotationScene,
  rotationScene,
  type Step,
} from "./rotation/rotation-scene.ts";

const grants = [
  ["30 d", 30 * dayMs],
  ["48 h", 48 * hourMs],
  ["24 h", 24 * hourMs],
  ["1 h", hourMs],
] as const;

describe.each(grants)("a cluster that grants %s", (_, lifeMs) => {
  const periodMs = 10 * minuteMs;
  /** The longest that a config takes, or that such a token lets it be. */
  const slowMs = Math.min(hourMs, lifeMs / 6);

  test("has a valid credential for ninety days, renewed about twice in its life", async () => {
    const scene = rotationScene({ lifeMs, periodMs });
    expect(await sweepFor(90 * dayMs, scene)).toBe(0);
    const lives = (90 * dayMs) / lifeMs;
    const { promotions, ...others } = scene.seen();
    expect(promotions).toBeLessThanOrEqual(lives * 2.3);
    expect(promotions).toBeGreaterThanOrEqual(Math.floor(lives * 2) - 1);
    // Tags: of the first token, and of each that followed.
    expect(others).toEqual({
      tokens: promotions,
      puts: promotions,
      proofs: promotions,
      tagWrites: promotions + 1,
    });
  });

  test("survives outages of a third of that, whenever they begin", async () => {
    const random = seeded(lifeMs);
    const scene = rotationScene({ lifeMs, periodMs });
    const outage = { startMs: lifeMs * random(), count: 0, sweeps: 0 };
    const failed = await sweepFor(Math.min(90 * dayMs, 60 * lifeMs), scene, (ageMs) => {
      if (ageMs >= outage.startMs + lifeMs / 3) {
        outage.startMs = ageMs + lifeMs * (0.3 + random());
        outage.count += 1;
      }
      scene.world.reachable = ageMs < outage.startMs;
      outage.sweeps += scene.world.reachable ? 0 : 1;
    });
    expect(outage.count).toBeGreaterThan(1);
    expect(failed).toBe(outage.sweeps);
  });

  const steps: readonly Step[] = ["token", "proof", "pending", "promotion", "tag"];
  test.each(steps)("loses nothing when the function dies after each %s", async (step) => {
    const scene = rotationScene({ lifeMs, periodMs: slowMs });
    await scene.sweep();
    let died = 0;
    // Every other time: it must get on, too.
    scene.world.after = (each) => {
      died += each === step ? 1 : 0;
      if (each === step && died % 2 === 1) throw new Killed();
    };
    const failed = await sweepFor(4 * lifeMs, scene);
    expect(died).toBeGreaterThanOrEqual(5);
    expect(scene.seen().promotions).toBeGreaterThanOrEqual(5);
    expect(failed).toBe(0);
    scene.world.after = () => {};
    await scene.sweep();
    expect(scene.record.state()).toMatchObject({
      credential: scene.life(),
      rotationFailingSince: undefined,
    });
  });

  const mine = ["token", "proof", "pending"] as const;
  test.each(mine)("keeps what an admin puts after the %s, every time", async (step) => {
    const scene = rotationScene({ lifeMs, periodMs: slowMs });
    const puts: string[] = [];
    scene.world.after = (each) => {
      if (each === step) puts.push(scene.record.replace(scene.issue(lifeMs)));
    };
    const current: string[] = [];
    const failed = await sweepFor(4 * lifeMs, scene, () => current.push(scene.record.version()));
    expect(failed).toBe(0);
    expect(puts.length).toBeGreaterThanOrEqual(7);
    expect(scene.seen().promotions).toBe(0);
    // The first token, and then theirs, one after the other.
    expect([...new Set(current)].slice(1)).toEqual(puts.slice(0, new Set(current).size - 1));
    expect(scene.record.state().rotationFailingSince).toBeUndefined();
  });

  test("gets one new token of two sweeps that come at once", async () => {
    const scene = rotationScene({ lifeMs, periodMs: slowMs });
    scene.passMs(lifeMs / 2);
    const reports = await Promise.all([scene.sweep(), scene.sweep()]);
    expect(reports.map(({ credential }) => credential?.rotation).toSorted()).toEqual([
      "done",
      "overtaken",
    ]);
    expect(scene.seen().promotions).toBe(1);
    expect(reports.every(({ outcome }) => outcome === "ok")).toBe(true);
    const { credential } = await scene.sweep();
    expect(credential?.rotation).toBeUndefined();
    expect(scene.record.state().credential).toEqual(scene.life());
  });

  test("keeps the old one, and says so, once it grants less than six schedules", async () => {
    const scene = rotationScene({ lifeMs, periodMs: slowMs });
    await scene.sweep();
    scene.world.grantSeconds = () => (6 * slowMs) / 1_000 - 1;
    scene.passMs(lifeMs / 2);
    const since = scene.now();
    const first = await scene.sweep();
    expect(first).toMatchObject({ outcome: "ok", credential: { rotation: "failed" } });
    expect(first.credential?.trouble?.message).toContain("less than six schedules");
    expect(scene.seen()).toMatchObject({ tokens: 1, puts: 0, promotions: 0 });
    expect(scene.record.state().rotationFailingSince).toEqual(since);

    scene.passMs(lifeMs / 4 + 1_000);
    const urgent = await scene.sweep();
    expect(urgent).toMatchObject({ outcome: "failed", failures: [{ kind: "credential" }] });
    expect(scene.record.state()).toMatchObject({
      rotationFailingSince: since,
      failingSince: scene.now(),
    });

    scene.world.grantSeconds = () => lifeMs / 1_000;
    expect(await scene.sweep()).toMatchObject({ outcome: "ok", credential: { rotation: "done" } });
    expect(scene.record.state()).toMatchObject({
      credential: scene.life(),
      rotationFailingSince: undefined,
      failingSince: undefined,
    });
  });
});

describe("an API server whose clock is", () => {
  test.each([
    ["10 minutes ahead, and which grants 1 h", 10 * minuteMs, hourMs],
    ["10 minutes behind, and which grants 1 h", -10 * minuteMs, hourMs],
    ["2 hours ahead, and which grants 24 h", 2 * hourMs, 24 * hourMs],
    ["2 hours behind, and which grants 24 h", -2 * hourMs, 24 * hourMs],
  ])("%s, never sees an expired token, nor a storm of renewals", async (_, aheadMs, lifeMs) => {
    const scene = rotationScene({ lifeMs, aheadMs });
    const totalMs = 30 * lifeMs;
    expect(await sweepFor(totalMs, scene)).toBe(0);
    // By our time, a token from the past is due sooner, and one from the future later.
    const lives = totalMs / (lifeMs * 0.475 + aheadMs);
    expect(scene.seen().promotions).toBeGreaterThan(lives * 0.8);
    expect(scene.seen().promotions).toBeLessThan(lives * 1.1);
  });

  test("2 hours ahead, and which grants 1 h, is told of as failing once the token ends", async () => {
    const scene = rotationScene({ lifeMs: hourMs, aheadMs: 2 * hourMs });
    scene.passMs(hourMs);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "failed" });
    expect(scene.record.state().failingSince).toEqual(scene.now());
  });
});

class Killed extends Error {}

/** @returns how many sweeps failed; none may lack a valid credential */
async function sweepFor(
  totalMs: number,
  scene: RotationScene,
  before: (ageMs: number) => void = () => {},
): Promise<number> {
  let invalid = 0;
  let failed = 0;
  for (let ageMs = 0; ageMs < totalMs; ageMs += scene.periodMs) {
    before(ageMs);
    invalid += scene.isValid() ? 0 : 1;
    failed += (await outcomeOf(scene)) === "failed" ? 1 : 0;
    scene.passMs(scene.periodMs);
  }
  expect(invalid).toBe(0);
  return failed;
}

async function outcomeOf(scene: RotationScene): Promise<"ok" | "failed" | "killed"> {
  try {
    return (await scene.sweep()).outcome;
  } catch (error) {
    if (error instanceof Killed) return "killed";
    throw error;
  }
}

/** The same numbers each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function seeded(seed: number): () => number {
  let state = seed % 2 ** 31;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 31;
    return state / 2 ** 31;
  };
}
