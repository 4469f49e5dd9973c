import { describe, expect, test } from "vitest";
import { type Later, startDeadline } from "../../src/deadline.ts";

/** What is to happen, and when: time passes by `passTo`. */
function timers() {
  const waiting = new Set<{ readonly act: () => void; readonly ms: number }>();
  const later: Later = (act, ms) => {
    const timer = { act, ms };
    waiting.add(timer);
    return () => waiting.delete(timer);
  };
  const passTo = (ms: number) => {
    for (const timer of waiting) if (timer.ms <= ms) timer.act();
  };
  return { later, passTo, waiting };
}

describe("a deadline", () => {
  test.each([
    [81_999, false, false],
    [82_000, true, false],
    [85_000, true, true],
  ])("of 85 s has after %i ms stopped: %s, ended: %s", (ms, stopped, ended) => {
    const { later, passTo } = timers();
    const { stop, abort } = startDeadline({ limitMs: 85_000, marginMs: 3_000 }, undefined, later);
    passTo(ms);
    expect([stop.aborted, abort.aborted]).toEqual([stopped, ended]);
  });

  test.each([
    ["35 s keeps its margin", 35_000, 32_000],
    ["5 s leaves four for work", 5_000, 4_000],
    ["longer than it was changes nothing", 100_000, 82_000],
  ])("that is shortened to %s", (_, limitMs, stopsAtMs) => {
    const { later, passTo } = timers();
    const deadline = startDeadline({ limitMs: 85_000, marginMs: 3_000 }, undefined, later);
    deadline.shorten(limitMs);
    passTo(stopsAtMs - 1);
    expect(deadline.stop.aborted).toBe(false);
    passTo(stopsAtMs);
    expect([deadline.stop.reason, deadline.abort.aborted]).toEqual(["deadline", false]);
    passTo(Math.min(limitMs, 85_000));
    expect(deadline.abort.reason).toBe("deadline");
  });

  test("that is no longer needed leaves no timer", () => {
    const { later, waiting } = timers();
    {
      using deadline = startDeadline({ limitMs: 1_000, marginMs: 100 }, undefined, later);
      deadline.shorten(500);
      expect(waiting.size).toBe(4);
    }
    expect(waiting.size).toBe(0);
  });
});
