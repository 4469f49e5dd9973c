/**
 * Alarms on what dispatch says of all clusters at each tick. A period as long as the schedule has a
 * value, wherever it begins: CloudWatch moves it on by the minute. Where it has none all the same,
 * these keep their state; that ticks don't come is for `dispatch-silent` to tell.
 */
import { shortestTokenLifeHours } from "../../config/registry-token-life.ts";
import { maxToldEach, schedulesUntilTold } from "../../dispatch/failing-long.ts";
import { fleetMetrics, type MetricDefinition } from "../../telemetry/metrics.ts";
import type { Alarm } from "./alarm.ts";
import type { Deployment } from "./part.ts";
import { stageMetric } from "./watched-metric.ts";

/** A quarter of what was granted: renewal, due at half, has failed for that long. */
export const credentialPercent = 25;

export function fleetAlarms(deployment: Deployment): Alarm[] {
  return [failing, massFailure, expiry, credential].map((of) => of(deployment));
}

function failing(deployment: Deployment): Alarm {
  return {
    name: "failing",
    runbook: "failing",
    description: [
      `A cluster has been failing for ${threeSchedules(deployment)}:`,
      "its new namespaces get no pull secret.",
      `Where there is one, pods can pull until it expires, ${earliestExpiry(deployment)}.`,
      "A message to this topic names each such cluster, the cause, the hours left,",
      "and the next command.",
    ],
    ...latest(fleetMetrics.clustersFailingLong, deployment),
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  };
}

/** `failing` may be red already, for a cluster that everybody knows of. */
function massFailure(deployment: Deployment): Alarm {
  return {
    name: "mass-failure",
    runbook: "mass-failure",
    description: [
      `More than ${maxToldEach} clusters have been failing for ${threeSchedules(deployment)},`,
      "beside those of which messages told.",
      "The cause is probably one for all: the refresh function's rights or network, or ECR.",
      "There are no messages for single clusters meanwhile.",
      "Their new namespaces get no pull secret; where there is one,",
      `pods can pull until it expires, ${earliestExpiry(deployment)}.`,
    ],
    ...latest(fleetMetrics.clustersUntold, deployment),
    comparison: "GreaterThanThreshold",
    threshold: maxToldEach,
  };
}

function expiry(deployment: Deployment): Alarm {
  const hours = expiryHours(deployment);
  return {
    name: "expiry",
    runbook: "expiry",
    description: [
      "Of all clusters, also those that can't be reached, the first pull secret expires",
      `in less than ${hours} hours; it should have been renewed hours ago.`,
      "Once it is over, pods that start in that cluster can't pull images (ImagePullBackOff);",
      "pods that run already go on.",
    ],
    ...latest(fleetMetrics.hoursToSoonestExpiry, deployment),
    comparison: "LessThanThreshold",
    threshold: hours,
  };
}

function credential(deployment: Deployment): Alarm {
  return {
    name: "credential",
    runbook: "credential",
    description: [
      "What the refresh function enters a cluster with, a token or a certificate,",
      `has less than ${credentialPercent} % of its life left;`,
      "a token should have been renewed at half.",
      "When it ends, the cluster can't be reached, its new namespaces get no pull secret,",
      `and pods there can pull until the one that they have expires, ${earliestExpiry(deployment)}.`,
    ],
    ...latest(fleetMetrics.credentialLifeLeft, deployment),
    comparison: "LessThanThreshold",
    threshold: credentialPercent,
  };
}

/** What the last tick said. */
export function latest(metric: MetricDefinition, deployment: Deployment) {
  return {
    metric: stageMetric(metric, deployment),
    periodSeconds: 60 * deployment.config.schedule.periodMinutes,
    periods: 1,
    missing: "ignore",
  } as const;
}

/** A quarter of a token's life. */
export function expiryHours({ config }: Deployment): number {
  return shortestTokenLifeHours(config) / 4;
}

/** Renewal is due at half of a token's life, and comes with the tick after that. */
export function hoursUntilExpiry({ config }: Deployment): number {
  return Math.floor(shortestTokenLifeHours(config) / 2 - config.schedule.periodMinutes / 60);
}

function threeSchedules({ config }: Deployment): string {
  return `three schedules (${schedulesUntilTold * config.schedule.periodMinutes} minutes)`;
}

function earliestExpiry(deployment: Deployment): string {
  return `at the earliest ${hoursUntilExpiry(deployment)} hours after the first failure`;
}
