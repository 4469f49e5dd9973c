/** The policy that people attach, held against what AWS knows of its actions and resources. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lintTemplate } from "../parts/cfn-lint.ts";

const file = join(import.meta.dirname, "../../../docs/deploy-policy.json");

function templateWith(policy: string): string {
  const Properties = { PolicyDocument: JSON.parse(policy) };
  return JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: { Policy: { Type: "AWS::IAM::ManagedPolicy", Properties } },
  });
}

test("has only actions and resources that AWS has", async () => {
  const policy = await readFile(file, "utf8");
  const options = { regions: ["us-east-1"] };
  expect(await lintTemplate(templateWith(policy), options)).toEqual([]);

  const slip = policy.replace("sqs:CreateQueue", "sqs:CreateQueues");
  expect(await lintTemplate(templateWith(slip), options)).toEqual([
    expect.stringContaining("createqueues"),
  ]);
});
