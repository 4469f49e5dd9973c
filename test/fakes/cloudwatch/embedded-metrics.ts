/**
 * Metrics in log lines, read as CloudWatch reads them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { z } from "zod";

export interface Series {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Datapoint extends Series {
  readonly value: number;
  readonly atMs: number;
}

const directive = z.object({
  Namespace: z.string().min(1).max(256),
  Dimensions: z.array(z.array(z.string()).max(30)),
  Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.string().optional() })).max(100),
});
const embedded = z.looseObject({
  _aws: z.object({ Timestamp: z.int(), CloudWatchMetrics: z.array(directive) }),
});
const dimensionValue = z.string().min(1).max(1_024);
const metricValues = z.union([z.number().transform((one) => [one]), z.array(z.number()).max(100)]);

/**
 * @param atMs for all of them, where the functions' clock isn't the logger's; default: as they say
 * @throws Error for a line that CloudWatch would leave out without a word
 */
export function readEmbedded(lines: readonly object[], atMs?: number): readonly Datapoint[] {
  return lines
    .filter((line) => "_aws" in line)
    .flatMap((line) => {
      const members = embedded.parse(line);
      const { CloudWatchMetrics, Timestamp } = members._aws;
      return CloudWatchMetrics.flatMap((each) => readDirective(each, members)).map((read) => ({
        ...read,
        atMs: atMs ?? Timestamp,
      }));
    });
}

/** A series for each set of dimensions, with the values of every metric. */
function readDirective(
  { Namespace: namespace, Dimensions, Metrics }: z.output<typeof directive>,
  members: Readonly<Record<string, unknown>>,
) {
  return Dimensions.flatMap((names) => {
    const values = names.map((name) => [name, dimensionValue.parse(members[name])]);
    const dimensions: Readonly<Record<string, string>> = Object.fromEntries(values);
    return Metrics.flatMap(({ Name: metric }) =>
      metricValues
        .parse(members[metric])
        .map((value) => ({ namespace, metric, dimensions, value })),
    );
  });
}
