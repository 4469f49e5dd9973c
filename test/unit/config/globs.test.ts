import { describe, expect, test } from "vitest";
import { globsOverlap, isGlob, matchesAnyGlob, matchesGlob } from "../../../src/config/globs.ts";

describe("a glob", () => {
  test.each([
    ["*", "anything", true],
    ["*", "", true],
    ["team-*", "team-web", true],
    ["team-*", "team-", true],
    ["team-*", "my-team-web", false],
    ["*-prod", "web-prod", true],
    ["*-prod", "web-prod-2", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["web-?", "web-1", true],
    ["web-?", "web-", false],
    ["web-?", "web-12", false],
    ["web-?*", "web-12", true],
    ["default", "default", true],
    ["default", "default2", false],
    ["default", "defaul", false],
    ["", "", true],
    ["", "a", false],
    ["eu.prod", "eu.prod", true],
    ["eu.prod", "eu-prod", false],
    ["*", ".hidden", true],
    ["a*", "a/b", true],
    ["Prod", "prod", false],
    ["**", "a/b", true],
  ])("%j matches %j: %j", (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected);
  });

  test.each([
    ["{a,b}", "a"],
    ["[ab]", "a"],
    ["!a", "b"],
    ["+(a)", "a"],
    ["a|b", "a"],
    [".+", "ab"],
    ["\\a", "a"],
  ])("takes %j literally", (pattern, name) => {
    expect(matchesGlob(pattern, name)).toBe(false);
    expect(matchesGlob(pattern, pattern)).toBe(true);
  });

  test("with thousands of stars still answers at once", () => {
    const started = performance.now();
    expect(matchesGlob(`${"*a".repeat(2_000)}b`, "a".repeat(4_000))).toBe(false);
    expect(matchesGlob("*a*a*a*a*a*a*a*a*a*a*a*a*b", "a".repeat(253))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("is told from a plain name", () => {
    expect(["a*", "a?", "a", "a.b"].map(isGlob)).toEqual([true, true, false, false]);
  });

  test("of a list is enough, and no list matches nothing", () => {
    expect(matchesAnyGlob(["a", "b*"], "bc")).toBe(true);
    expect(matchesAnyGlob([], "bc")).toBe(false);
  });
});

describe("two lists of globs", () => {
  test.each([
    [["*"], ["prod-*"], true],
    [["prod-*"], ["*-eu"], true],
    [["prod-*"], ["dev-*"], false],
    [["prod-eu"], ["prod-eu"], true],
    [["prod-eu"], ["prod-us"], false],
    [["prod-eu"], ["prod-??"], true],
    [["prod-???"], ["prod-eu"], false],
    [["a*b"], ["b*a"], false],
    [["a?c*"], ["*b?"], true],
    [["?"], ["??"], false],
    [["?*"], ["??"], true],
    [["*a*"], ["*b*"], true],
    [["a", "b", "c*"], ["x", "*d"], true],
    [["a"], [], false],
  ])("%j and %j overlap: %j", (some, others, expected) => {
    expect(globsOverlap(some, others)).toBe(expected);
    expect(globsOverlap(others, some)).toBe(expected);
  });

  test("overlap just where some name matches both", () => {
    const names = words(["a", "b"], 5);
    const patterns = words(["a", "*", "?"], 3);
    for (const one of patterns) {
      const matched = names.filter((name) => matchesGlob(one, name));
      for (const other of patterns) {
        const common = matched.some((name) => matchesGlob(other, name));
        expect([one, other, globsOverlap([one], [other])]).toEqual([one, other, common]);
      }
    }
  });
});

/** All words over the letters, up to this length. */
function words(letters: readonly string[], length: number): string[] {
  if (length === 0) return [""];
  const shorter = words(letters, length - 1);
  const longest = shorter.filter((word) => word.length === length - 1);
  return [...shorter, ...longest.flatMap((word) => letters.map((letter) => word + letter))];
}
