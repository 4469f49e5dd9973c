/**
 * The kinds of widgets that the dashboard has.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { ownArn, pseudo } from "./part.ts";
import { type Query, queryText } from "./queries.ts";
import type { WatchedMetric } from "./watched-metric.ts";

export interface Widget {
  readonly type: "metric" | "log" | "alarm" | "text";
  readonly properties: object;
}

export interface Line {
  readonly metric: WatchedMetric;
  readonly label: string;
  /** Other than the metric's own; `p99` and the like, too. */
  readonly stat?: string;
}

export interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly periodSeconds: number;
  /** A line across the graph: where its alarm speaks. */
  readonly threshold?: { readonly value: number; readonly label: string };
}

const region = pseudo("Region");

export function graph({ title, lines, periodSeconds, threshold }: Graph): Widget {
  return {
    type: "metric",
    properties: {
      title,
      region,
      view: "timeSeries",
      period: periodSeconds,
      metrics: lines.map(toMetric),
      ...(threshold && { annotations: { horizontal: [threshold] } }),
    },
  };
}

function toMetric({ metric, label, stat }: Line) {
  const { namespace, name, dimensions, statistic } = metric;
  const where = Object.entries(dimensions).flat();
  return [namespace, name, ...where, { label, stat: stat ?? statistic }];
}

/** Every series of a metric that has one for each cluster. */
export function graphOfEach(
  { namespace, name, dimensions, statistic }: WatchedMetric,
  { dimension, title }: { readonly dimension: string; readonly title: string },
): Widget {
  // Names with more than letters and digits have to be quoted.
  const schema = [`"${namespace}"`, ...Object.keys(dimensions), dimension].join();
  const values = Object.entries(dimensions).map(([key, value]) => `${key}="${value}"`);
  const search = `{${schema}} MetricName="${name}" ${values.join(" ")}`;
  const expression = `SEARCH('${search}', '${statistic}')`;
  return {
    type: "metric",
    properties: { title, region, view: "timeSeries", metrics: [[{ expression, id: "each" }]] },
  };
}

/** Logs Insights asks its price per GB for each look. */
export function logTable(query: Query, logGroup: string): Widget {
  return log(query, logGroup, "table");
}

export function logBars(query: Query, logGroup: string): Widget {
  return log(query, logGroup, "bar");
}

function log(query: Query, logGroup: string, view: "table" | "bar"): Widget {
  const { title } = query;
  const asked = `SOURCE '${logGroup}' | ${queryText(query)}`;
  return { type: "log", properties: { title, region, view, query: asked } };
}

export function alarmStates(title: string, names: readonly string[]): Widget {
  const prefix = ownArn("cloudwatch", "alarm:");
  const alarms = names.map((name) => prefix + name);
  return { type: "alarm", properties: { title, alarms } };
}

export function text(markdown: string): Widget {
  return { type: "text", properties: { markdown } };
}
