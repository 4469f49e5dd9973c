import { describe, expect, test } from "vitest";
import {
  LabelSelectorError,
  matchesLabels,
  parseLabelSelector,
} from "../../../src/config/label-selector.ts";

describe("a label selector", () => {
  test.each([
    ["team=web", [{ operator: "in", key: "team", values: ["web"] }]],
    ["team==web", [{ operator: "in", key: "team", values: ["web"] }]],
    ["team!=web", [{ operator: "notin", key: "team", values: ["web"] }]],
    ["team in (web, api)", [{ operator: "in", key: "team", values: ["web", "api"] }]],
    ["team notin(web,web)", [{ operator: "notin", key: "team", values: ["web"] }]],
    ["team", [{ operator: "exists", key: "team" }]],
    ["! team", [{ operator: "absent", key: "team" }]],
    ["example.com/team = web", [{ operator: "in", key: "example.com/team", values: ["web"] }]],
    ["in in (in,notin)", [{ operator: "in", key: "in", values: ["in", "notin"] }]],
    ["a=", [{ operator: "in", key: "a", values: [""] }]],
    ["a in ()", [{ operator: "in", key: "a", values: [""] }]],
    ["a in (b,,c)", [{ operator: "in", key: "a", values: ["b", "", "c"] }]],
    ["", []],
    [" \n\t", []],
    [
      "a=b,!c",
      [
        { operator: "in", key: "a", values: ["b"] },
        { operator: "absent", key: "c" },
      ],
    ],
  ])("is parsed: %j", (text, expected) => {
    expect(parseLabelSelector(text)).toEqual(expected);
  });

  test.each([
    ["a=b", { a: "b" }, true],
    ["a=b", { a: "c" }, false],
    ["a=b", {}, false],
    ["a!=b", { a: "c" }, true],
    ["a!=b", {}, true],
    ["a!=b", { a: "b" }, false],
    ["a in (b,c)", { a: "c" }, true],
    ["a in (b,c)", { a: "d" }, false],
    ["a in (b,c)", {}, false],
    ["a notin (b,c)", { a: "b" }, false],
    ["a notin (b,c)", { a: "d" }, true],
    ["a notin (b,c)", {}, true],
    ["a", { a: "" }, true],
    ["a", { b: "" }, false],
    ["!a", { b: "" }, true],
    ["!a", { a: "" }, false],
    ["a=", { a: "" }, true],
    ["a=", {}, false],
    ["a=b,c!=d", { a: "b", c: "e" }, true],
    ["a=b,c!=d", { a: "b", c: "d" }, false],
    ["", { a: "b" }, true],
    ["constructor", {}, false],
    ["!toString", {}, true],
  ])("%j selects %j: %j", (text, labels, expected) => {
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected);
  });

  test.each([
    ["a b", 'expected =, ==, !=, in or notin after "a", found "b"'],
    ["a=b=c", 'expected "," or the end after "b", found "="'],
    ["a=b,", 'expected a label\'s key after ",", found the end'],
    [",a", 'expected a label\'s key at the start, found ","'],
    ["!a=b", 'expected "," or the end after "a", found "="'],
    ["a in b", 'expected "(" after "in", found "b"'],
    ["a in (b", 'expected "," or ")" after "b", found the end'],
    ["a in (b c)", 'expected "," or ")" after "b", found "c"'],
    ["a=b||c=d", '"b||c" is no label value'],
    ["a=(b)", 'expected a label\'s value after "=", found "("'],
    ["a>1", 'expected =, ==, !=, in or notin after "a", found ">"'],
    ["-a=b", '"-a" is no label key'],
    ["a/b/c", '"a/b/c" is no label key'],
    ["UPPER/a", '"UPPER/a" is no label key'],
    ["/a", '"/a" is no label key'],
    [`${"a".repeat(64)}=b`, "is no label key"],
    [`a=${"b".repeat(64)}`, "is no label value"],
    ["a=b\u0000", "is no label value"],
    ["é", "is no label key"],
  ])("is refused with the place: %j", (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError);
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  test("of a megabyte is answered at once", () => {
    const started = performance.now();
    expect(() => parseLabelSelector("a".repeat(1_000_000))).toThrow(LabelSelectorError);
    expect(parseLabelSelector("a=b,".repeat(100_000).slice(0, -1))).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
