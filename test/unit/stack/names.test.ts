import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stackTemplate } from "../../../src/deploy/template/template.ts";
import { isDeployable, longestStage, stackNames } from "../../../src/stack/names.ts";
import { deploymentOf } from "../deploy/deployment.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) =>
  parse(readFileSync(resolve(root, file), "utf8"), { logLevel: "silent" });

describe("the names of a stage's parts", () => {
  test("are those that are deployed", () => {
    const { custom, functions } = read("serverless.yml");
    const { Resources: resources } = stackTemplate(deploymentOf());
    const stack = custom.name.replace(/\$\{sls:stage\}/, "prod");
    const deployed = (name: string) => name.replace(/\$\{self:custom\.name\}/, stack);
    const computed = (resource: string, key: string) => resources[resource]?.Properties[key];
    const names = {
      stack: "ecr-pull-secrets-prod",
      functions: {
        dispatch: "ecr-pull-secrets-prod-dispatch",
        refresh: "ecr-pull-secrets-prod-refresh",
      },
      schedule: "ecr-pull-secrets-prod-dispatch",
      refreshQueue: "ecr-pull-secrets-prod-refresh.fifo",
      deadLetterQueue: "ecr-pull-secrets-prod-refresh-dlq.fifo",
      topic: "ecr-pull-secrets-prod-alarms",
    };
    expect(stackNames("prod")).toEqual(names);
    expect({
      stack,
      functions: {
        dispatch: deployed(functions.dispatch.name),
        refresh: deployed(functions.refresh.name),
      },
      schedule: deployed(functions.dispatch.events[0].schedule.name),
      refreshQueue: computed("RefreshQueue", "QueueName"),
      deadLetterQueue: computed("RefreshDeadLetterQueue", "QueueName"),
      topic: computed("AlarmTopic", "TopicName"),
    }).toEqual(names);
  });

  test.each([
    ["us-east-1", 28],
    ["eu-central-1", 25],
    ["ap-southeast-2", 23],
  ])("leave room for a stage in %s: %i characters", (region, length) => {
    const stage = "s".repeat(length);
    const { Resources } = stackTemplate({ ...deploymentOf(), stage });
    const names = ["DispatchRole", "RefreshRole"].map((role) =>
      JSON.stringify(Resources[role]?.Properties["RoleName"])
        .replace(/^\{"Fn::Sub":"(.*)"\}$/, "$1")
        .replace(`\${AWS::Region}`, region),
    );
    expect(Math.max(...names.map((name) => name.length))).toBe(64);
    expect(longestStage(region)).toBe(length);
    expect(isDeployable(stage, region)).toBe(true);
    expect(isDeployable(`${stage}s`, region)).toBe(false);
  });

  test.each([
    "",
    "prod.eu",
    "prod_eu",
    "-prod",
    "prod-",
    "prod/eu",
    "prod eu",
    "prod\n",
    "préprod",
    "*",
  ])("aren't there for %j, which no stack can have in its name", (stage) => {
    expect(isDeployable(stage, "us-east-1")).toBe(false);
  });
});
