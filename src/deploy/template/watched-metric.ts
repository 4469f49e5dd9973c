/** A metric of ours or of AWS, as alarms watch it and the dashboard draws it. */
import { type FunctionName, stackNames } from "../../stack/names.ts";
import { type MetricDefinition, metricsNamespace, serviceName } from "../../telemetry/metrics.ts";
import type { Deployment } from "./part.ts";

export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: MetricDefinition["statistic"] | "SampleCount";
}

type Stage = Pick<Deployment, "stage">;

export function stageMetric(
  { name, statistic }: MetricDefinition,
  { stage }: Stage,
): WatchedMetric {
  const dimensions = { service: serviceName, stage };
  return { namespace: metricsNamespace, name, dimensions, statistic };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function functionMetric(
  metric: "Errors" | "Throttles" | "Invocations" | "Duration",
  name: FunctionName,
  { stage }: Stage,
): WatchedMetric {
  const dimensions = { FunctionName: stackNames(stage).functions[name] };
  return { namespace: "AWS/Lambda", name: metric, dimensions, statistic: "Sum" };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function queueMetric(
  metric: "ApproximateNumberOfMessagesVisible" | "ApproximateAgeOfOldestMessage",
  queue: "refreshQueue" | "deadLetterQueue",
  { stage }: Stage,
): WatchedMetric {
  const dimensions = { QueueName: stackNames(stage)[queue] };
  return { namespace: "AWS/SQS", name: metric, dimensions, statistic: "Maximum" };
}
