/** Alarms speak to somebody, of something that is in the stack, and where they should. */
import { describe, expect, test } from "vitest";
import { runbookAnchors } from "../../../../src/notifications/runbook.ts";
import { describeAlarms } from "../../../contracts/alarms/describe-alarms.ts";
import type { CompiledStage, CompiledTemplate } from "../../../deploy/compiled-template.ts";
import { readAlarm } from "../../../fakes/cloudwatch/metric-alarm.ts";

export function describeCompiledAlarms(
  template: () => CompiledTemplate,
  stage: CompiledStage,
): void {
  const allOf = (type: string) =>
    Object.values(template().Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  const alarms = () => allOf("AWS::CloudWatch::Alarm");

  describe("its alarms", () => {
    test("tell the topic of red and of green, and of nothing that they don't know", () => {
      expect(template().Resources["AlarmTopic"]?.Type).toBe("AWS::SNS::Topic");
      const topic = [{ Ref: "AlarmTopic" }];
      for (const alarm of alarms()) {
        expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
        expect(alarm).not.toHaveProperty("InsufficientDataActions");
        expect(alarm).not.toHaveProperty("ActionsEnabled");
      }
    });

    test("send everybody to a section of the runbook, and leave none out", () => {
      const sections = alarms().map(({ AlarmDescription }) => {
        expect(AlarmDescription.length).toBeLessThanOrEqual(1_024);
        return /Runbook: docs\/operations\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1];
      });
      const hasSessions = stage === "every-option";
      const asked = runbookAnchors.filter((each) => hasSessions || each !== "session-expiry");
      expect(new Set(sections)).toEqual(new Set(asked));
    });

    test("watch what is in the stack", () => {
      const namesOf = (type: string, name: string) => allOf(type).map((each) => each[name]);
      const functions = namesOf("AWS::Lambda::Function", "FunctionName");
      const queues = namesOf("AWS::SQS::Queue", "QueueName");
      for (const { series } of alarms().map(readAlarm)) {
        const { namespace, dimensions } = series;
        if (namespace === "AWS/Lambda") expect(functions).toContain(dimensions["FunctionName"]);
        else if (namespace === "AWS/SQS") expect(queues).toContain(dimensions["QueueName"]);
        else expect(dimensions).toEqual({ service: "ecr-pull-secrets", stage });
      }
    });

    // Each takes a run of the functions; the other stages' alarms are made by the same code.
    if (stage === "prod") describeAlarms(() => template().Resources);
  });
}
