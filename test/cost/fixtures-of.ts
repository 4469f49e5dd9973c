/** What of a stack costs by its mere presence, counted in the stack itself. */
import { z } from "zod";
import type { Deployment } from "../../src/deploy/template/part.ts";
import { stackTemplate } from "../../src/deploy/template/template.ts";
import { fleetMetrics } from "../../src/telemetry/metrics.ts";
import type { Fixtures } from "./month.ts";

const alarm = z.object({
  /** Of an alarm on a formula: those that it asks for, and the formula itself. */
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});

export function fixturesOf(deployment: Deployment): Fixtures {
  const resources = Object.values(stackTemplate(deployment).Resources);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const watched = ofType("AWS::CloudWatch::Alarm").map(({ Properties }) => {
    const { Metrics } = alarm.parse(Properties);
    return Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  });
  return {
    metrics: Object.keys(fleetMetrics).length,
    alarms: watched.reduce((total, each) => total + each, 0),
    dashboards: ofType("AWS::CloudWatch::Dashboard").length,
    places: deployment.config.aws.concurrency.queue,
    logRetentionDays: deployment.config.aws.logRetentionDays,
  };
}
