import { describe, expect, test } from "vitest";
import { readFunctionSettings } from "../../src/settings.ts";

const environment = {
  STAGE: "prod",
  AWS_REGION: "eu-central-1",
  ACCOUNT: "123456789012",
  QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/refresh.fifo",
  TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:alarms",
  SCHEDULE_MINUTES: "10",
  CONFIG_FILE: "config/prod.yml",
};

describe("what a function is told by its environment", () => {
  test("is read", () => {
    expect(readFunctionSettings(environment)).toEqual({
      stage: "prod",
      region: "eu-central-1",
      account: "123456789012",
      queueUrl: environment.QUEUE_URL,
      topicArn: environment.TOPIC_ARN,
      schedulePeriodMinutes: 10,
      localClusters: [],
      sessions: false,
      configFile: "config/prod.yml",
    });
  });

  test.each([
    ["true", true],
    ["", false],
  ])("says by %j whether the stage keeps AWS sessions", (AWS_SESSIONS, sessions) => {
    expect(readFunctionSettings({ ...environment, AWS_SESSIONS })).toMatchObject({ sessions });
  });

  test.each([
    ['["factory-*","edge.7"]', ["factory-*", "edge.7"]],
    ["[]", []],
    ["", []],
  ])("names %s as clusters that aren't queued", (list, localClusters) => {
    const settings = readFunctionSettings({ ...environment, LOCAL_CLUSTERS: list });
    expect(settings).toMatchObject({ localClusters });
  });

  test.each(["factory-*", "{}", "[7]", '"factory"', '["factory"'])(
    "names %j, of which the error names the variable",
    (list) => {
      expect(() => readFunctionSettings({ ...environment, LOCAL_CLUSTERS: list })).toThrow(
        "LOCAL_CLUSTERS is no list of texts as JSON",
      );
    },
  );

  test.each(Object.keys(environment))("lacks %s, which the error names", (name) => {
    for (const value of [undefined, ""]) {
      expect(() => readFunctionSettings({ ...environment, [name]: value })).toThrow(
        `the environment variable ${name} isn't set`,
      );
    }
  });

  test.each(["ten", "0", "-10", "Infinity", "10 minutes"])("has %j for a schedule", (minutes) => {
    expect(() => readFunctionSettings({ ...environment, SCHEDULE_MINUTES: minutes })).toThrow(
      "SCHEDULE_MINUTES is no number of minutes",
    );
  });
});
