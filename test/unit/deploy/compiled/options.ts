/** The options reach what Serverless makes: functions, log groups, the queue's mapping, the rule. */
import { describe, expect, test } from "vitest";
import type { CompiledStage, CompiledTemplate } from "../../../deploy/compiled-template.ts";

const key = "arn:aws:kms:us-east-1:111122223333:key/12345678-90ab-cdef-1234-567890abcdef";

/** As `every-option.yml` says them, and as they are without it. */
const expected = {
  withAll: { days: 90, concurrency: 20, reserved: 25, key, rate: "rate(5 minutes)" },
  without: {
    days: 30,
    concurrency: 50,
    reserved: undefined,
    key: undefined,
    rate: "rate(10 minutes)",
  },
};

export function describeOptions(template: () => CompiledTemplate, stage: CompiledStage): void {
  const hasAll = stage === "every-option";
  const options = hasAll ? expected.withAll : expected.without;
  const properties = (name: string) => template().Resources[name]?.Properties;

  describe("its options", () => {
    test.each(["DispatchLogGroup", "RefreshLogGroup"])("are kept by %s", (name) => {
      expect(properties(name)).toMatchObject({ RetentionInDays: options.days });
      expect(properties(name).KmsKeyId).toBe(options.key);
    });

    test("are kept by the queue's mapping and the schedule", () => {
      expect(properties("RefreshEventSourceMappingSQSRefreshQueue")).toMatchObject({
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: options.concurrency },
      });
      expect(properties("DispatchEventsRuleSchedule1").ScheduleExpression).toBe(options.rate);
    });

    test("are kept by the refresh function", () => {
      const refresh = properties("RefreshLambdaFunction");
      expect(refresh.ReservedConcurrentExecutions).toBe(options.reserved);
      expect(refresh.VpcConfig).toEqual(
        hasAll
          ? {
              SubnetIds: [{ Ref: "EgressPrivateSubnet" }],
              SecurityGroupIds: [{ Ref: "EgressSecurityGroup" }],
            }
          : undefined,
      );
      const needed = ["RefreshNetworkPolicy", "EgressPrivateRoute", "EgressPrivateRoutes"];
      expect(template().Resources["RefreshLambdaFunction"]?.DependsOn).toEqual(
        hasAll ? expect.arrayContaining(["RefreshLogGroup", ...needed]) : ["RefreshLogGroup"],
      );
    });

    test("tell dispatch which clusters it leaves alone", () => {
      const { Variables } = properties("DispatchLambdaFunction").Environment;
      const localClusters = hasAll ? ["factory-*", "lab"] : [];
      expect(JSON.parse(Variables.LOCAL_CLUSTERS)).toEqual(localClusters);
    });

    test("tell dispatch of AWS sessions where there are some, and else nothing", () => {
      const { Variables } = properties("DispatchLambdaFunction").Environment;
      expect(Variables.AWS_SESSIONS).toBe(hasAll ? "true" : undefined);
    });

    test("leave dispatch outside of any network, with the account's concurrency", () => {
      expect(properties("DispatchLambdaFunction")).not.toHaveProperty("VpcConfig");
      expect(properties("DispatchLambdaFunction")).not.toHaveProperty(
        "ReservedConcurrentExecutions",
      );
    });
  });
}
