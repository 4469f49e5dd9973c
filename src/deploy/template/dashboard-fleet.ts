/** What dispatch says at each tick of all clusters, drawn; where an alarm speaks is a line. */
import { fleetMetrics, type MetricDefinition, sessionMetrics } from "../../telemetry/metrics.ts";
import { sessionAlarmMinutes } from "./alarm-session-expiry.ts";
import { credentialPercent, expiryHours } from "./alarms-fleet.ts";
import { type Graph, graph, type Line, type Widget } from "./dashboard-widgets.ts";
import type { Deployment } from "./part.ts";
import { stageMetric } from "./watched-metric.ts";

export function soonestExpiry(deployment: Deployment): Widget {
  return watched(fleetMetrics.hoursToSoonestExpiry, expiryHours(deployment), deployment);
}

export function soonestSessionExpiry(deployment: Deployment): Widget {
  const { minutesToSoonestSessionExpiry } = sessionMetrics;
  return watched(minutesToSoonestSessionExpiry, sessionAlarmMinutes, deployment);
}

export function credentials(deployment: Deployment): Widget {
  return watched(fleetMetrics.credentialLifeLeft, credentialPercent, deployment);
}

export function clusters(deployment: Deployment): Widget {
  const { clusters: all, clustersFailing, clustersFailingLong, clustersUntold } = fleetMetrics;
  const metrics = [all, clustersFailing, clustersFailingLong, clustersUntold];
  return fleetGraph({ title: "Clusters", metrics }, deployment);
}

function watched(metric: MetricDefinition, value: number, deployment: Deployment): Widget {
  const threshold = { label: "alarm", value };
  return fleetGraph({ title: metric.title, metrics: [metric], threshold }, deployment);
}

/** Of metrics that have a value for each tick. */
function fleetGraph(
  { metrics, ...about }: Omit<Graph, "lines" | "periodSeconds"> & { metrics: MetricDefinition[] },
  deployment: Deployment,
): Widget {
  const lines = metrics.map((each) => line(each, deployment));
  const periodSeconds = 60 * deployment.config.schedule.periodMinutes;
  return graph({ ...about, lines, periodSeconds });
}

export function line(metric: MetricDefinition, deployment: Deployment): Line {
  return { metric: stageMetric(metric, deployment), label: metric.title };
}
