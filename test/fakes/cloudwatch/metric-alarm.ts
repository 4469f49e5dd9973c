/**
 * An alarm, judged as CloudWatch judges it: a window that moves on by the minute, and missing data
 * as its documentation's tables have it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import { z } from "zod";
import type { Datapoint, Series } from "./embedded-metrics.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface MetricAlarm {
  readonly name: string;
  readonly series: Series;
  readonly statistic: z.output<typeof statistics>;
  readonly periodMs: number;
  /** What takes the place of a period without data; undefined: nothing does. */
  readonly filler: number | undefined;
  /** N, and of those M. */
  readonly periods: number;
  readonly periodsToAlarm: number;
  readonly isBreaching: (value: number) => boolean;
  readonly missing: z.output<typeof missing>;
}

/** What an alarm did within a time: each state with its first minute. */
export type AlarmHistory = readonly { readonly state: AlarmState; readonly atMs: number }[];

const minuteMs = 60_000;
/** Further than it needs: CloudWatch doesn't say how far; its example of 3 periods looks at 5. */
const furtherPeriods = 2;

const statistics = z.enum(["Sum", "Minimum", "Maximum", "SampleCount"]);
const missing = z.enum(["ignore", "breaching", "notBreaching"]);
const periodSeconds = z.int().min(60).multipleOf(60);
const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
});
const plain = metric.extend({ Statistic: statistics, Period: periodSeconds });
const filled = z.object({
  Metrics: z.tuple([
    z.object({
      Id: z.string().regex(/^[a-z]\w*$/),
      MetricStat: z.object({ Metric: metric, Stat: statistics, Period: periodSeconds }),
      ReturnData: z.literal(false),
    }),
    z.object({ Expression: z.string(), ReturnData: z.literal(true) }),
  ]),
});
const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};
const judged = z.object({
  AlarmName: z.string(),
  EvaluationPeriods: z.int().min(1),
  DatapointsToAlarm: z.int().min(1),
  Threshold: z.number(),
  ComparisonOperator: z.string().refine((name) => name in comparisons),
  TreatMissingData: missing,
});

/**
 * @param properties as CloudFormation takes them, or as DescribeAlarms shows them
 * @throws Error for what this knows nothing of
 */
export function readAlarm(properties: unknown): MetricAlarm {
  const { AlarmName, EvaluationPeriods, ...rules } = judged.parse(properties);
  const compare = comparisons[rules.ComparisonOperator];
  return {
    name: AlarmName,
    ...readMetric(properties),
    periods: EvaluationPeriods,
    periodsToAlarm: rules.DatapointsToAlarm,
    isBreaching: (value) => compare?.(value, rules.Threshold) ?? false,
    missing: rules.TreatMissingData,
  };
}

function readMetric(properties: unknown) {
  const math = filled.safeParse(properties);
  if (!math.success) {
    const { Statistic, Period, ...what } = plain.parse(properties);
    const periodMs = Period * 1_000;
    return { series: seriesOf(what), statistic: Statistic, periodMs, filler: undefined };
  }
  const [{ Id, MetricStat }, { Expression }] = math.data.Metrics;
  const filler = new RegExp(`^FILL\\(${Id}, (\\d+)\\)$`).exec(Expression)?.[1];
  if (filler === undefined) throw new Error(`not an expression that this knows: ${Expression}`);
  const { Metric, Stat, Period } = MetricStat;
  const periodMs = Period * 1_000;
  return { series: seriesOf(Metric), statistic: Stat, periodMs, filler: Number(filler) };
}

function seriesOf({ Namespace, MetricName, Dimensions }: z.output<typeof metric>): Series {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace: Namespace, metric: MetricName, dimensions };
}

function isOfSeries(one: Series, other: Series): boolean {
  const dimensionsOf = ({ dimensions }: Series) => Object.entries(dimensions).flat();
  const sorted = (series: Series) => dimensionsOf(series).toSorted().join();
  return (
    one.namespace === other.namespace &&
    one.metric === other.metric &&
    sorted(one) === sorted(other)
  );
}

export interface Watch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** How late CloudWatch gets to see what was measured. */
  readonly delayMs?: number;
}

/** From its creation on, minute by minute. */
export function watchAlarm(
  alarm: MetricAlarm,
  datapoints: readonly Datapoint[],
  { fromMs, untilMs, delayMs = 0 }: Watch,
): AlarmHistory {
  const own = datapoints.filter((each) => isOfSeries(each, alarm.series));
  const history: { state: AlarmState; atMs: number }[] = [];
  let state: AlarmState = "INSUFFICIENT_DATA";
  for (let atMs = fromMs; atMs <= untilMs; atMs += minuteMs) {
    const seen = own.filter((each) => each.atMs + delayMs < atMs);
    const next = judge(alarm, periodsBefore(atMs, alarm, seen), state);
    if (next !== state) history.push({ state: next, atMs });
    state = next;
  }
  return history;
}

/** The latest first; true: breaches, undefined: is missing. */
type Periods = readonly (boolean | undefined)[];

function periodsBefore(
  endMs: number,
  { periods, periodMs, statistic, filler, isBreaching }: MetricAlarm,
  own: readonly Datapoint[],
): Periods {
  return Array.from({ length: periods + furtherPeriods }, (_, index) => {
    const untilMs = endMs - index * periodMs;
    const values = own
      .filter(({ atMs }) => atMs >= untilMs - periodMs && atMs < untilMs)
      .map(({ value }) => value);
    const value = values.length > 0 ? aggregate(values, statistic) : filler;
    return value === undefined ? undefined : isBreaching(value);
  });
}

function aggregate(values: readonly number[], statistic: MetricAlarm["statistic"]): number {
  if (statistic === "Minimum") return Math.min(...values);
  if (statistic === "Maximum") return Math.max(...values);
  if (statistic === "SampleCount") return values.length;
  return values.reduce((sum, value) => sum + value, 0);
}

/** Real data comes before missing data, however old it is. */
export function judge(
  rules: Pick<MetricAlarm, "periods" | "periodsToAlarm" | "missing">,
  retrieved: Periods,
  state: AlarmState,
): AlarmState {
  const real = retrieved.filter((each) => each !== undefined).slice(0, rules.periods);
  const breaching = real.filter(Boolean).length;
  const absent = rules.periods - real.length;
  if (rules.missing === "ignore" && absent > 0) {
    if (breaching >= rules.periodsToAlarm) return "ALARM";
    return real.includes(false) ? "OK" : state;
  }
  const assumed = rules.missing === "breaching" ? absent : 0;
  return breaching + assumed >= rules.periodsToAlarm ? "ALARM" : "OK";
}
