/** One alarm, as CloudWatch takes it. */
import { type RunbookAnchor, runbookSection } from "../../notifications/runbook.ts";
import { stackNames } from "../../stack/names.ts";
import { type Resource, ref } from "./part.ts";
import type { WatchedMetric } from "./watched-metric.ts";

export interface Alarm {
  /** What its name ends with. */
  readonly name: string;
  readonly runbook: RunbookAnchor;
  /** Sentences for somebody whom it woke: what is wrong, and which pods are in danger when. */
  readonly description: readonly string[];
  readonly metric: WatchedMetric;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly periodSeconds: number;
  /** How many periods in a row have to breach. */
  readonly periods: number;
  readonly missing: "ignore" | "notBreaching" | "breaching";
}

export type Comparison =
  | "GreaterThanOrEqualToThreshold"
  | "GreaterThanThreshold"
  | "LessThanThreshold";

/**
 * An update leaves an alarm's state as it is, so a deploy says nothing. Without
 * InsufficientDataActions, an alarm that has seen no data yet is silent, too; the first data that it
 * sees make it tell its OK once.
 */
export function alarmResource(alarm: Alarm, stage: string): Resource {
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmName: alarmName(alarm, stage),
      AlarmDescription: describe(alarm),
      ...(alarm.missing === "breaching" ? filledWithZeros(alarm) : asItIs(alarm)),
      EvaluationPeriods: alarm.periods,
      DatapointsToAlarm: alarm.periods,
      Threshold: alarm.threshold,
      ComparisonOperator: alarm.comparison,
      TreatMissingData: alarm.missing,
      AlarmActions: [ref("AlarmTopic")],
      OKActions: [ref("AlarmTopic")],
    },
  };
}

export function alarmName({ name }: Pick<Alarm, "name">, stage: string): string {
  return `${stackNames(stage).stack}-${name}`;
}

function describe({ description, runbook }: Alarm): string {
  return [...description, `Runbook: ${runbookSection(runbook)}`].join(" ");
}

function asItIs({ metric, periodSeconds }: Alarm) {
  const { Dimensions, MetricName, Namespace } = metricOf(metric);
  const what = { Namespace, MetricName, Dimensions };
  return { ...what, Statistic: metric.statistic, Period: periodSeconds };
}

/**
 * CloudWatch looks further back than at the periods that an alarm asks for, and takes older data
 * before it counts a period as missing: of three silent periods it would tell after five.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
function filledWithZeros({ metric, periodSeconds }: Alarm) {
  const measured = { Metric: metricOf(metric), Stat: metric.statistic, Period: periodSeconds };
  return {
    Metrics: [
      { Id: "measured", MetricStat: measured, ReturnData: false },
      { Id: "filled", Expression: "FILL(measured, 0)", Label: metric.name, ReturnData: true },
    ],
  };
}

function metricOf({ namespace, name, dimensions }: WatchedMetric) {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
