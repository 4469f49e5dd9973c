/** What a person sees of a diagnosis; whole screens are in test/cli/golden/check-*.txt. */
import picocolors from "picocolors";
import { describe, expect, test } from "vitest";
import {
  catalogue,
  failed,
  passed,
  skipped,
  stackCatalogue,
  warned,
} from "../../../src/checks/catalogue.ts";
import type { CheckReport, CheckResult } from "../../../src/checks/check-report.ts";
import { reportStage } from "../../../src/checks/stage-report.ts";
import { renderStageReport } from "../../../src/cli/print/checks.ts";
import { renderHint } from "../../../src/cli/print/hint.ts";

const owner = { account: "123456789012", region: "us-east-1", stage: "prod" };
const look = {
  paint: picocolors.createColors(false),
  columns: 80,
  rowColumns: 80,
  maxRows: 40,
  now: new Date(0),
};
const well = [passed(catalogue.record), passed(catalogue.dns, "10.0.0.1")];
const dead = [failed(catalogue.tcp, { message: "refused" }), skipped(catalogue.tls, catalogue.tcp)];

function cluster(name: string, checks: readonly CheckResult[]): CheckReport {
  const outcome = checks.some(({ result }) => result === "failed") ? "failed" : "ok";
  return { cluster: name, owner: "", at: "", outcome, checks };
}

const show = (...clusters: readonly CheckReport[]) =>
  renderStageReport(reportStage(owner, [], clusters), look);
const many = (count: number) => Array.from({ length: count }, (_, at) => cluster(`c${at}`, well));

describe("of up to ten clusters", () => {
  test("each is shown whole", () => {
    const text = show(...many(10));
    expect(text.match(/^Cluster c\d$/gm)).toHaveLength(10);
    expect(text).toContain("    ✔ the record can be read\n");
    expect(text).toMatch(/\n✔ 20 of 20 checks passed; 10 clusters$/);
  });
});

describe("of more clusters", () => {
  test("only what isn't well is shown, and the sum counts all", () => {
    const text = show(...many(11), cluster("dead", [...well, ...dead]));
    expect(text.match(/^Cluster .*$/gm)).toEqual(["Cluster dead"]);
    expect(text).not.toContain("the record can be read");
    expect(text).toMatch(
      /✖ 24 of 26 checks passed, 1 failed, 1 skipped; 1 of 12 clusters not well/,
    );
  });

  test("those that have the same to say are one", () => {
    const clusters = Array.from({ length: 12 }, (_, at) => cluster(`c${at}`, dead));
    expect(show(...clusters).match(/^Cluster.*$/gm)).toEqual([
      "Clusters c0, c1, c2, c3, c4, c5 and 6 more",
    ]);
  });

  test("a warning is shown, and fails nothing", () => {
    const text = show(...many(11), cluster("old", [warned(catalogue.version, { message: "old" })]));
    expect(text).toContain("    ! the API server's version is supported\n        old");
    expect(text).toMatch(/\n✔ 22 of 23 checks passed, 1 warning; 12 clusters$/);
  });
});

test("a stack that isn't well fails the whole, however its clusters are", () => {
  const stack = [failed(stackCatalogue.schedule, { message: "off" })];
  expect(reportStage(owner, stack, many(1)).outcome).toBe("failed");
});

test("no clusters are no error", () => {
  expect(show()).toMatch(/\n✔ 0 of 0 checks passed$/);
});

test("what several lines share, is said once", () => {
  const missing = (message: string) => failed(catalogue.needed, { message, hint: "grant it" });
  expect(show(cluster("eu", [missing("list"), missing("patch")]))).toContain(
    [
      "    ✖ every needed right is there",
      "        list",
      "        patch",
      "        → grant it",
      "",
    ].join("\n"),
  );
});

test("what is said without being asked for fits its line, or gets one of its own", () => {
  const text = show(cluster("eu", [passed(catalogue.record, "x".repeat(50)), ...well]));
  expect(text).toContain(`    ✔ the record can be read\n        ${"x".repeat(50)}\n`);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
});

describe("a hint", () => {
  const long =
    "ecr-pull-secrets register a-cluster-with-a-long-name --context <context> --stage prod";

  test.each([
    ["in prose is wrapped", `${"word ".repeat(20)}end`, /^ {4}→ (word )+word\n {4}(word )+end$/],
    ["that is a command stays whole", long, `    → ${long}`],
    ["that ends with one gives it a line", `see why: ${long}`, `    → see why:\n      ${long}`],
    [
      "that goes on after it is prose",
      `aws sso login, or ${"word ".repeat(20)}end`,
      /^ {4}→ aws sso login, or (word )+word\n {4}(word )+end$/,
    ],
  ])("%s", (_, hint, expected) => {
    expect(renderHint(hint, "    ", look)).toEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
  });
});
