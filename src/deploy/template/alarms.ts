/** When somebody has to be told. */
import { metricsNamespace, serviceName, sweepMetrics } from "../../telemetry/metrics.ts";
import { type Deployment, nameOf, ref, type TemplatePart } from "./part.ts";

export function alarms({ stage }: Deployment): TemplatePart {
  return {
    resources: {
      SweepFailedAlarm: {
        Type: "AWS::CloudWatch::Alarm",
        Properties: {
          AlarmName: `${nameOf(stage)}-sweep-failed`,
          AlarmDescription: "A sweep failed.",
          Namespace: metricsNamespace,
          MetricName: sweepMetrics.sweepFailed.name,
          Dimensions: [
            { Name: "service", Value: serviceName },
            { Name: "stage", Value: stage },
          ],
          Statistic: "Sum",
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: "GreaterThanOrEqualToThreshold",
          TreatMissingData: "notBreaching",
          AlarmActions: [ref("AlarmTopic")],
          OKActions: [ref("AlarmTopic")],
        },
      },
    },
  };
}
