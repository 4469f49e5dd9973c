import { describe, expect, test } from "vitest";
import { longestSchedule, minLifeMs } from "../../../src/clusters/token-life.ts";
import {
  parseLifetime,
  survivedOutageMs,
} from "../../../src/registration/access/token-lifetime.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe("a token's life", () => {
  test.each([
    ["30d", 2_592_000],
    ["48h", 172_800],
    ["90m", 5_400],
    ["600s", 600],
    ["10m", 600],
    ["49710d", 4_294_944_000],
  ])("reads %s", (text, seconds) => {
    expect(parseLifetime(text)).toBe(seconds);
  });

  test("isn't the one that API servers stretch to a year", () => {
    expect(parseLifetime("3607s")).toBe(3_608);
  });

  test.each(["", "30", "d", "30 d", "-1d", "1.5h", "30D", "1d12h", "1e3s", "0x10m", "٣d", "30d\n"])(
    "refuses %j, which isn't a number with a unit",
    (text) => {
      expect(() => parseLifetime(text)).toThrow(
        expect.objectContaining({
          name: "UsageError",
          message: "--token-lifetime isn't a number with a unit",
        }),
      );
    },
  );

  test.each(["0s", "599s", "9m", "49711d", "9999999999d"])(
    "refuses %s, which no API server grants",
    (text) => {
      expect(() => parseLifetime(text)).toThrow(
        expect.objectContaining({
          name: "UsageError",
          message: `--token-lifetime ${text} is none that an API server grants`,
        }),
      );
    },
  );
});

test("a token has to last six schedules", () => {
  expect(minLifeMs(20 * minuteMs)).toBe(2 * hourMs);
  expect(longestSchedule(hourMs)).toBe(10);
  expect(longestSchedule(59 * minuteMs)).toBe(9);
});

test.each([
  { lifeMs: 720 * hourMs, periodMs: 10 * minuteMs, survivesMs: 360 * hourMs - 10 * minuteMs },
  { lifeMs: hourMs, periodMs: 10 * minuteMs, survivesMs: 20 * minuteMs },
  { lifeMs: 10 * minuteMs, periodMs: 10 * minuteMs, survivesMs: 0 },
])("renewed at half of $lifeMs ms, it survives an outage of $survivesMs ms", (token) => {
  expect(survivedOutageMs(token.lifeMs, token.periodMs)).toBe(token.survivesMs);
});
