/** The template that a deploy hands to CloudFormation, held against AWS's own schemas. */
import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { compiledStages, packageStage } from "../../deploy/compiled-template.ts";
import { type LintOptions, lintTemplate } from "../parts/cfn-lint.ts";

/** Where the stack may go: not every region has every type. Whoever ignores a rule says why. */
const options: LintOptions = { regions: ["us-east-1", "eu-central-1", "ap-southeast-2"] };

const stages = Object.entries(compiledStages);
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

test("is looked at as a whole, with what Serverless makes", async () => {
  const sound = templates.get("prod") ?? "";
  const broken = sound.replace('"ReportBatchItemFailures"', '"ReportBatchItemFailure"');

  expect(await lintTemplate(broken, options)).toEqual([
    expect.stringMatching(/^Error E3030 .*FunctionResponseTypes/),
  ]);
});
