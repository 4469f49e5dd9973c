import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onlyDeployedStage } from "../../../src/cli/stage/only-deployed-stage.ts";
import { requireDeployed } from "../../../src/cli/stage/require-deployed.ts";
import { configuredStages, namedStage } from "../../../src/cli/stage/stage-name.ts";
import { AwsError, UsageError, UserError } from "../../../src/errors.ts";
import { readSettings } from "../../../src/settings.ts";
import type { DeployedStack } from "../../../src/stack/deployed-stack.ts";

const settings = (stage?: string) =>
  readSettings({ HOME: "/nowhere", ...(stage && { ECR_PULL_SECRETS_STAGE: stage }) });

describe("the stage that is named", () => {
  test.each([
    ["the flag's, before the environment's", "prod", "dev", "prod"],
    ["the environment's", undefined, "dev", "dev"],
    ["nobody's", undefined, undefined, undefined],
  ])("is %s", (_, flag, environment, expected) => {
    expect(namedStage(flag, settings(environment))).toBe(expected);
  });

  test.each(["../../x", "a/b", "", "-a", "a-", "a.b", "a\n", "\u001b[2J", "x".repeat(29), "prod "])(
    "can't be %j: the error says what a stage's name is, and who said it",
    (name) => {
      expect(() => namedStage(name, settings())).toThrow(UsageError);
      expect(() => namedStage(name, settings())).toThrow(
        expect.objectContaining({ hint: expect.stringContaining("up to 28 letters") }),
      );
      expect(() => namedStage(name, settings())).toThrow(/^--stage: [^\p{Cc}]*$/u);
    },
  );

  test("is checked in the environment, too", () => {
    expect(() => namedStage(undefined, settings("../x"))).toThrow(/^ECR_PULL_SECRETS_STAGE: /);
  });
});

const place = { region: "eu-west-1", regionFrom: "AWS_REGION", account: "123456789012" };

function wiringWith(deployed: readonly string[], error?: Error) {
  const stackOf = (stage: string) => {
    const refreshFunction: DeployedStack["refreshFunction"] = async () => {
      if (error) throw error;
      return deployed.includes(stage) ? { name: "refresh", roleArn: "arn" } : undefined;
    };
    return { refreshFunction } as DeployedStack;
  };
  return { stackOf };
}

describe("where no stage is named", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stages-"));
    await mkdir(join(folder, "config"));
    for (const file of ["prod.yml", "dev.yml", "schema.json", ".hidden.yml", "a b.yml"]) {
      await writeFile(join(folder, "config", file), "");
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test("config/*.yml say which there could be", async () => {
    expect(await configuredStages(folder)).toEqual(["dev", "prod"]);
    expect(await configuredStages(join(folder, "nowhere"))).toEqual([]);
  });

  test("the only one that is deployed is meant", async () => {
    expect(await onlyDeployedStage(wiringWith(["prod"]), place, folder)).toBe("prod");
  });

  test.each([
    [["dev", "prod"], "several stages are deployed: dev, prod", "--stage dev"],
    [
      [],
      "neither dev nor prod is deployed in eu-west-1 (by AWS_REGION), account 123456789012",
      "npx serverless deploy --stage dev --region eu-west-1",
    ],
  ])("of %j, none is", async (deployed, message, hint) => {
    const choosing = onlyDeployedStage(wiringWith(deployed), place, folder);
    await expect(choosing).rejects.toThrow(UsageError);
    await expect(choosing).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  test("and there is no config, the command line has to say it", async () => {
    const choosing = onlyDeployedStage(wiringWith(["prod"]), place, join(folder, "config"));
    await expect(choosing).rejects.toThrow("no --stage, and no config/<stage>.yml here");
  });

  test("and AWS can't be asked, that is the error", async () => {
    const denied = new AwsError("denied", "AWS denied lambda:GetFunctionConfiguration");
    await expect(onlyDeployedStage(wiringWith([], denied), place, folder)).rejects.toBe(denied);
  });
});

test("a stage that isn't deployed here says where it was looked for, and who said so", async () => {
  const { stackOf } = wiringWith([]);
  const stage = { ...place, stage: "prod", stack: stackOf("prod") } as never;
  await expect(requireDeployed(stage)).rejects.toThrow(UserError);
  await expect(requireDeployed(stage)).rejects.toMatchObject({
    message: "stage prod is not deployed in eu-west-1 (by AWS_REGION), account 123456789012",
    hint: expect.stringContaining("npx serverless deploy --stage prod --region eu-west-1"),
  });
});
