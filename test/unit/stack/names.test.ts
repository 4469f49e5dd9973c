import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { longestStage, stackNames } from "../../../src/stack/names.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) =>
  parse(readFileSync(resolve(root, file), "utf8"), { logLevel: "silent" });

describe("the names of a stage's parts", () => {
  test("are those that are deployed", () => {
    const { custom, functions } = read("serverless.yml");
    const { Resources: resources } = read("src/deploy/resources.yml");
    const deployed = (name: string) =>
      name.replace(/\$\{self:custom\.name\}/, custom.name.replace(/\$\{sls:stage\}/, "prod"));
    expect(stackNames("prod", "us-east-1")).toEqual({
      refreshFunction: deployed(functions.refresh.name),
      schedule: deployed(functions.dispatch.events[0].schedule.name),
      deadLetterQueue: deployed(resources.RefreshDeadLetterQueue.Properties.QueueName),
    });
  });

  test.each([
    ["us-east-1", 28],
    ["eu-central-1", 25],
    ["ap-southeast-2", 23],
  ])("leave room for a stage in %s: %i characters", (region, length) => {
    const { Resources: resources } = read("src/deploy/resources.yml");
    const roles = [resources.DispatchRole, resources.RefreshRole];
    const stage = "s".repeat(length);
    const names = roles.map(({ Properties: { RoleName } }) =>
      RoleName.replace(/\$\{self:custom\.name\}/, `ecr-pull-secrets-${stage}`).replace(
        /\$\{aws:region\}/,
        region,
      ),
    );
    expect(Math.max(...names.map((name) => name.length))).toBe(64);
    expect(longestStage(region)).toBe(length);
    expect(stackNames(stage, region)).toBeDefined();
    expect(stackNames(`${stage}s`, region)).toBeUndefined();
  });

  test.each(["", "prod.eu", "prod/eu", "prod eu", "prod\n", "préprod", "*"])(
    "aren't there for %j, which no function can have in its name",
    (stage) => {
      expect(stackNames(stage, "us-east-1")).toBeUndefined();
    },
  );
});
