import { describe, expect, test } from "vitest";
import { checkReportSchema } from "../../../src/checks/check-report-schema.ts";

const result = {
  group: "network",
  check: "the API server takes connections",
  result: "failed",
  message: "connection refused",
  hint: "is it up?",
};
const report = {
  cluster: "prod-eu",
  owner: "123456789012/us-east-1/prod",
  at: "2026-11-21T12:00:00.000Z",
  outcome: "failed",
  checks: [result],
};

describe("a function's diagnosis", () => {
  test("is taken as it is", () => {
    expect(checkReportSchema.parse(report)).toEqual(report);
  });

  test("may say more than this version knows", () => {
    const newer = { ...report, cost: 3, checks: [{ ...result, tookMs: 12 }] };
    expect(checkReportSchema.parse(newer)).toEqual(report);
  });

  const policies = [
    {
      of: "repository team/app in account 111122223333",
      named: true,
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "EcrPullSecrets",
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::123456789012:role/pull" },
            Action: ["ecr:BatchGetImage"],
          },
        ],
      },
      steps: ["see: aws ecr get-repository-policy"],
    },
  ];
  const [first = policies[0]] = policies;

  test("may come with policies, as objects", () => {
    const refused = { ...report, checks: [{ ...result, policies }] };
    expect(checkReportSchema.parse(refused)).toEqual(refused);
  });

  test.each([
    ["that denies", { Effect: "Deny" }],
    ["for a principal of another kind", { Principal: "*" }],
    ["whose actions are no list", { Action: "ecr:*" }],
  ])("is refused with a policy %s", (_, wrong) => {
    const statement = { ...first?.policy.Statement[0], ...wrong };
    const policy = { Version: "2012-10-17", Statement: [statement] };
    const refused = { ...report, checks: [{ ...result, policies: [{ ...first, policy }] }] };
    expect(checkReportSchema.safeParse(refused).success).toBe(false);
  });

  test("can't write elsewhere on a terminal", () => {
    const message = "\u001b[2J\u001b[1;1Hall is well\r\n✔ \u202eno\u2028";
    const { checks } = checkReportSchema.parse({ ...report, checks: [{ ...result, message }] });
    expect(checks[0]?.message).toBe("[2J [1;1Hall is well ✔  no");
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "ok"],
    ["another mode's answer", { cluster: "prod-eu", outcome: "unregistered" }],
    ["a report without checks", { ...report, checks: [] }],
    ["a report of a group that isn't known", { ...report, checks: [{ ...result, group: "new" }] }],
    ["a result that isn't known", { ...report, checks: [{ ...result, result: "maybe" }] }],
    ["a check without a name", { ...report, checks: [{ ...result, check: undefined }] }],
    ["a book", { ...report, checks: [{ ...result, message: "x".repeat(10_001) }] }],
    ["more checks than anybody makes", { ...report, checks: Array(2_001).fill(result) }],
    ["a time that is none", { ...report, at: "yesterday" }],
    ["an outcome that its checks belie", { ...report, outcome: "ok" }],
    ["a failure without a failed check", { ...report, checks: [{ ...result, result: "warning" }] }],
  ])("is refused where it is %s", (_, answer) => {
    expect(checkReportSchema.safeParse(answer).success).toBe(false);
  });
});
