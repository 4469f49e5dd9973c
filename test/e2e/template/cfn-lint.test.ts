/** The template that a deploy hands to CloudFormation, held against AWS's own schemas. */
import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { compiledStages, packageStage } from "../../deploy/compiled-template.ts";
import { type LintOptions, lintTemplate } from "../parts/cfn-lint.ts";

/** Where the stack may go: not every region has every type. Whoever ignores a rule says why. */
const options: LintOptions = { regions: ["us-east-1", "eu-central-1", "ap-southeast-2"] };

const stages = Object.entries(compiledStages);

/** The one option of which there are two that exclude each other. */
const vpcs = {
  made: "vpc: { fixedEgress: true }",
  there: "vpc: { subnetIds: [subnet-0123456789abcdef0], securityGroupIds: [sg-0123456789abcdef0] }",
};
const templates = new Map<string, string>();

beforeAll(async () => {
  const compile = async ([stage, file]: readonly [string, string]) => {
    templates.set(stage, await packageStage(stage, await readFile(file, "utf8")));
  };
  await Promise.all(stages.map(compile));
});

test.each(stages)("has no errors and no warnings for the stage %s", async (stage) => {
  expect(await lintTemplate(templates.get(stage) ?? "", options)).toEqual([]);
});

test("has none either in a network that is there already", async () => {
  const config = await readFile(compiledStages["every-option"], "utf8");
  expect(config).toContain(vpcs.made);
  const template = await packageStage("every-option", config.replace(vpcs.made, vpcs.there));
  expect(template).toContain("subnet-0123456789abcdef0");
  expect(await lintTemplate(template, options)).toEqual([]);
});

test("is looked at as a whole, with what Serverless makes", async () => {
  const sound = templates.get("prod") ?? "";
  const broken = sound.replace('"ReportBatchItemFailures"', '"ReportBatchItemFailure"');

  expect(await lintTemplate(broken, options)).toEqual([
    expect.stringMatching(/^Error E3030 .*FunctionResponseTypes/),
  ]);
});
