import { describe, expect, test } from "vitest";
import { printMarkdown } from "../../bench/print/markdown.ts";
import { printText } from "../../bench/print/text.ts";
import { goodResult } from "./result-fixture.ts";

describe("the table for the README", () => {
  const lines = printMarkdown(goodResult).split("\n");

  test("has one row per contestant, medians only", () => {
    expect(lines.slice(0, 8)).toEqual([
      "| Everything due in 500 namespaces | connections | requests | 0 ms | 100 ms round trip |",
      "|---|---:|---:|---:|---:|",
      "| this program, the whole sweep, cold | 1 | 502 | 0.63 s | 1.26 s |",
      "| … of that its writes, on the warm connection |  |  | 0.63 s | 1.26 s |",
      "| bare undici HTTP/2, the same requests and nothing else | 1 | 502 | 0.53 s | 1.16 s |",
      "| … of that its writes, on the warm connection |  |  | 0.53 s | 1.16 s |",
      "| @kubernetes/client-node, GET and PUT, 100 at once, 7 writes lost | 1,001 | 502 | 3.15 s | 6.30 s |",
      "| @kubernetes/client-node, GET and PUT, one by one | 1,001 | 502 | 5.00 s | 300 s (scaled up from 50) |",
    ]);
  });

  test("shows the idle sweep among strangers' secrets", () => {
    expect(lines).toContain(
      "| this program, cold, 20,000 secrets of others | 2 | 44 kB | 30 ms | 430 ms |",
    );
  });

  test("ends with the machine and the date", () => {
    expect(lines.at(-2)).toMatch(/^Medians .*2026-01-02, Slide rule, 2 cores .*120 MiB, 150 MiB/);
  });
});

describe("the table for a terminal", () => {
  test("shows the spread, and which aim was met", () => {
    const text = printText(goodResult);
    expect(text).toMatch(
      /the whole sweep, cold +1 +502 +0\.63 s \(0\.60–0\.66\) +1\.26 s \(1\.20–1\.32\)/,
    );
    expect(text).toMatch(/one by one .* 5\.00 s +300 s \(scaled up from 50\)\n/);
    expect(text).toContain("pass  be fast: 0.5 s");
    expect(text).toContain("round by round: +10 % at 0 ms, +8 % at 100 ms.");
  });

  test("says a missed aim is a miss, and a forbidden request a failure", () => {
    const aims = [{ aim: "be fast", found: "5 s", met: false }];
    const text = printText({ ...goodResult, aims, violations: ["get secrets: 3, not 0"] });
    expect(text).toContain("miss  be fast: 5 s");
    expect(text).toContain("FAIL  the sweep's requests: get secrets: 3, not 0");
  });
});
