import { describe, expect, test } from "vitest";
import { alarmsOf } from "../../../../src/deploy/template/alarms.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import { deploymentOf, withSessions } from "../deployment.ts";

const every = (schedule: string) => alarmsOf(deploymentOf({ rest: { schedule } }));

function alarm(name: string, schedule = "rate(10 minutes)") {
  const found = every(schedule).find((each) => each.name === name);
  if (!found) throw new Error(`no alarm is called ${name}`);
  return found;
}

describe("an alarm", () => {
  test.each([
    ["rate(1 minute)", 60],
    ["rate(10 minutes)", 600],
    ["rate(60 minutes)", 3_600],
  ])("on what dispatch says looks as far as one tick: %s", (schedule, seconds) => {
    const fleet = every(schedule).filter(({ metric }) => metric.namespace === "ecr-pull-secrets");
    expect(fleet.map(({ name }) => name)).toEqual([
      "failing",
      "mass-failure",
      "expiry",
      "credential",
      "dispatch-silent",
    ]);
    expect(new Set(fleet.map(({ periodSeconds }) => periodSeconds))).toEqual(new Set([seconds]));
  });

  test.each([
    ["failing", "rate(10 minutes)", "failing for three schedules (30 minutes)"],
    ["failing", "rate(60 minutes)", "failing for three schedules (180 minutes)"],
    ["failing", "rate(10 minutes)", "at the earliest 5 hours after the first failure"],
    ["mass-failure", "rate(10 minutes)", "More than 20 clusters"],
    ["expiry", "rate(10 minutes)", "expires in less than 3 hours"],
    ["credential", "rate(10 minutes)", "less than 25 % of its life left"],
    ["dispatch-silent", "rate(10 minutes)", "in 30 minutes, which is 3 schedules"],
    ["dispatch-silent", "rate(60 minutes)", "in 180 minutes, which is 3 schedules"],
    ["dispatch-silent", "rate(1 minute)", "in 10 minutes, which is 10 schedules"],
    ["dispatch-silent", "rate(4 minutes)", "in 12 minutes, which is 3 schedules"],
  ])("%s at %s says: %s", (name, schedule, words) => {
    expect(alarm(name, schedule).description.join(" ")).toContain(words);
  });

  test("says of each function what its errors mean", () => {
    expect(alarm("dispatch-errors").description.join(" ")).toContain("no cluster is swept");
    expect(alarm("refresh-errors").description.join(" ")).toContain("A cluster that fails is no");
  });

  test("on expiry speaks with a quarter of a token's life left", () => {
    expect(alarm("expiry")).toMatchObject({ comparison: "LessThanThreshold", threshold: 3 });
  });

  test("keeps its state where a tick is missing; silence is another alarm's", () => {
    const missing = every("rate(10 minutes)").map((each) => [each.name, each.missing]);
    expect(Object.fromEntries(missing)).toEqual({
      failing: "ignore",
      "mass-failure": "ignore",
      expiry: "ignore",
      credential: "ignore",
      "dispatch-silent": "breaching",
      "dead-letters": "notBreaching",
      "dispatch-errors": "notBreaching",
      "refresh-errors": "notBreaching",
      "dispatch-throttles": "notBreaching",
      "refresh-throttles": "notBreaching",
    });
  });
});

describe("the alarm on AWS sessions", () => {
  const resourcesOf = (given = {}) => stackTemplate(deploymentOf(given)).Resources;

  test("speaks with a quarter of an hour left, and says that pulls are another matter", () => {
    const alarm = alarmsOf(deploymentOf(withSessions)).find(
      ({ name }) => name === "session-expiry",
    );
    expect(alarm).toMatchObject({
      metric: { name: "MinutesToSoonestSessionExpiry", statistic: "Minimum" },
      comparison: "LessThanThreshold",
      threshold: 15,
      periodSeconds: 600,
      missing: "ignore",
    });
    const said = alarm?.description.join(" ");
    expect(said).toContain("in less than 15 minutes");
    expect(said).toContain("pods can pull until those expire");
  });

  test("is there where the config keeps some, and nothing of it anywhere else", () => {
    expect(Object.keys(resourcesOf(withSessions))).toContain("SessionExpiryAlarm");
    expect(JSON.stringify(resourcesOf())).not.toMatch(/session-?expiry/i);
  });
});

describe("the topic", () => {
  const emailOf = (rest: object) => stackTemplate(deploymentOf({ rest })).Resources["AlarmEmail"];

  test("tells the address of the config", () => {
    expect(emailOf({ alarms: { email: "platform@example.com" } })).toEqual({
      Type: "AWS::SNS::Subscription",
      Properties: {
        TopicArn: { Ref: "AlarmTopic" },
        Protocol: "email",
        Endpoint: "platform@example.com",
      },
    });
  });

  test("tells nobody by itself where the config names no address", () => {
    expect(emailOf({})).toBeUndefined();
  });
});
