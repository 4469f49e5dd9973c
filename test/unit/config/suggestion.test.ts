import { expect, test } from "vitest";
import { suggestion } from "../../../src/config/suggestion.ts";

const known = ["name", "clusters", "roleArn", "region", "registries"];

test.each([
  ["nam", "name"],
  ["nmae", "name"],
  ["cluster", "clusters"],
  ["Clusters", "clusters"],
  ["role_arn", "roleArn"],
  ["regions", "region"],
  ["registry", undefined],
  ["x", undefined],
  ["", undefined],
  ["a".repeat(100_000), undefined],
])("for %j suggests %j", (word, expected) => {
  expect(suggestion(word, known)).toBe(expected);
});

test("doesn't turn one short word into another", () => {
  expect(suggestion("a", ["to", "b"])).toBeUndefined();
});
