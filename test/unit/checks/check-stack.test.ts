import { describe, expect, test } from "vitest";
import { checkStack, type StackQuestions } from "../../../src/checks/check-stack.ts";
import { AwsError } from "../../../src/errors.ts";

const owner = { account: "123456789012", region: "us-east-1", stage: "prod" };
const healthy: StackQuestions = {
  refreshFunction: async () => ({ name: "ecr-pull-secrets-prod-refresh", roleArn: "arn" }),
  schedule: async () => "enabled",
  deadLetters: async () => 0,
};
const denied = async () => {
  throw new AwsError("denied", "AWS denied it", { hint: "allow it" });
};
const check = (more: Partial<StackQuestions>) => checkStack({ ...healthy, ...more }, owner);
const results = async (more: Partial<StackQuestions>) =>
  (await check(more)).map(({ result }) => result);

describe("a stack", () => {
  test.each<[string, Partial<StackQuestions>, string[]]>([
    ["that is well", {}, ["ok", "ok", "ok"]],
    [
      "that isn't deployed",
      {
        refreshFunction: async () => undefined,
        schedule: async () => undefined,
        deadLetters: async () => undefined,
      },
      ["failed", "skipped", "skipped"],
    ],
    ["without a schedule", { schedule: async () => undefined }, ["ok", "failed", "ok"]],
    ["whose schedule is off", { schedule: async () => "disabled" }, ["ok", "failed", "ok"]],
    ["that set messages aside", { deadLetters: async () => 3 }, ["ok", "ok", "warning"]],
    ["without a queue for them", { deadLetters: async () => undefined }, ["ok", "ok", "failed"]],
    [
      "that may not be asked",
      { schedule: denied, deadLetters: denied },
      ["ok", "warning", "warning"],
    ],
    ["that may not be asked at all", { refreshFunction: denied }, ["warning", "ok", "ok"]],
  ])("%s", async (_, more, expected) => {
    expect(await results(more)).toEqual(expected);
  });

  test("is mended by the command that its hint names", async () => {
    const [, off] = await check({ schedule: async () => "disabled" });
    expect(off?.hint).toBe(
      "aws events enable-rule --name ecr-pull-secrets-prod-dispatch --region us-east-1",
    );
    const [, none] = await check({ schedule: async () => undefined });
    expect(none?.hint).toBe("npx serverless deploy --stage prod --region us-east-1");
    const [missing] = await check({ refreshFunction: async () => undefined });
    expect(missing?.hint).toBe("npx serverless deploy --stage prod --region us-east-1");
  });

  test("that breaks in a way that nobody foresaw is a bug, not a verdict", async () => {
    const bug = async () => {
      throw new TypeError("undefined is not a function");
    };
    await expect(check({ schedule: bug })).rejects.toBeInstanceOf(TypeError);
  });
});
