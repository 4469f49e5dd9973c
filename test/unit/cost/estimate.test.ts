import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { costParts } from "../../cost/cost-parts.ts";
import { estimate } from "../../cost/estimate.ts";
import { fixturesOf } from "../../cost/fixtures-of.ts";
import { readMeasured } from "../../cost/measured.ts";
import { monthOf } from "../../cost/month.ts";
import { dollarsFor, prices } from "../../cost/prices.ts";
import { formatDollars, formatNumber } from "../../cost/quantities.ts";

describe("a price", () => {
  test.each([
    ["secret", 10_000, 4_000, 4_000],
    ["secretCall", 43_800_000, 219, 219],
    ["lambdaRequest", 2_000_000, 0.4, 0.2],
    ["lambdaRequest", 500_000, 0.1, 0],
    ["metric", 12, 3.6, 0.6],
    ["metric", 20_000, 4_000, 3_999],
  ] as const)("of %s × %i is $%d, and $%d with what is free", (name, quantity, all, rest) => {
    expect(dollarsFor(name, quantity, true)).toBeCloseTo(all, 9);
    expect(dollarsFor(name, quantity, false)).toBeCloseTo(rest, 9);
  });

  test.each(Object.entries(prices))("of %s says where AWS says it", (_, { source, per }) => {
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/pricing\//);
    expect(per).not.toBe("");
  });
});

test("an estimate names the largest item first, and nothing that there is none of", () => {
  const { items, dollars, withFreeTier } = estimate({ alarm: 10, secret: 1, dashboard: 1 });
  expect(items.map(({ name }) => name)).toEqual(["dashboard", "alarm", "secret"]);
  expect(dollars).toBeCloseTo(4.4, 9);
  expect(withFreeTier).toBeCloseTo(0.4, 9);
});

describe("what docs/cost.md says in words", async () => {
  const deployment = { stage: "prod", config: await loadConfig("config/prod.yml") };
  const month = (clusters: number) =>
    estimate(monthOf({ clusters, scheduleMinutes: 10 }, readMeasured(), fixturesOf(deployment)));

  test("one cluster costs little more than its secret, with what is free", () => {
    expect(month(1).withFreeTier).toBeLessThan(1.5 * prices.secret.dollars);
  });

  test("at 10,000 clusters nine tenths are secrets, and reading them comes next", () => {
    const { items, dollars } = month(10_000);
    expect(items.slice(0, 2).map(({ name }) => name)).toEqual(["secret", "secretCall"]);
    expect((items[0]?.dollars ?? 0) / dollars).toBeCloseTo(0.9, 1);
  });

  test("series per cluster nearly double the bill", () => {
    const series = dollarsFor("metric", 20_000, true);
    expect(series / month(10_000).dollars).toBeGreaterThan(0.8);
  });

  test("no part of it is empty, or shows what isn't a number", () => {
    for (const part of Object.values(costParts(deployment))) {
      expect(part()).not.toMatch(/NaN|undefined|Infinity/);
      expect(part().length).toBeGreaterThan(50);
    }
  });
});

test.each([
  [0, "<$0.01"],
  [0.004, "<$0.01"],
  [0.4, "$0.40"],
  [99.994, "$99.99"],
  [4_470.4, "$4,470"],
])("%d dollars read %s", (dollars, text) => {
  expect(formatDollars(dollars)).toBe(text);
});

test.each([
  [523.4, "523"],
  [1.2345, "1.23"],
  [43_800, "43,800"],
  [43_800_000, "43.8 million"],
])("%d reads %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
