/** Writes the metrics that `metrics.ts` defines, as lines that CloudWatch reads (EMF). */
import { Metrics } from "@aws-lambda-powertools/metrics";
import { tokenLifeHours } from "../config/registry-token-life.ts";
import { sessionLifeMinutes } from "../config/session-life.ts";
import type { DispatchReport } from "../dispatch/dispatch-clusters.ts";
import type { Fleet } from "../dispatch/fleet.ts";
import type { CostedReport } from "../worker/sweep-registered.ts";
import {
  clusterMetrics,
  fleetMetrics,
  type MetricDefinition,
  metricsNamespace,
  serviceName,
  sessionMetrics,
  sweepMetrics,
} from "./metrics.ts";

export interface MetricsOptions {
  readonly stage: string;
  /** Series for each cluster as well, which have their price. */
  readonly perCluster: boolean;
  /** Whether the stage puts AWS sessions into clusters, which one more series tells of. */
  readonly sessions?: boolean;
  readonly now: () => Date;
}

export interface MetricsEmitter {
  swept(report: CostedReport, expiresAt: Date | undefined): void;
  seen(fleet: Fleet): void;
  dispatched(report: DispatchReport): void;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Where nothing expires: a whole life of an ECR token, so that the series has no holes. */
const hoursWithoutExpiry = tokenLifeHours.ecr;
const wholeLifePercent = 100;

type Values = readonly (readonly [MetricDefinition, number])[];

export function createMetricsEmitter(options: MetricsOptions): MetricsEmitter {
  const { stage, perCluster, sessions = false, now } = options;
  const metrics = new Metrics({
    namespace: metricsNamespace,
    serviceName,
    defaultDimensions: { stage },
  });
  const hoursUntil = (time: Date) => (time.getTime() - now().getTime()) / hourMs;
  const minutesUntil = (time: Date) => (time.getTime() - now().getTime()) / minuteMs;

  /** One line, which says of which cluster it is, also where that is no dimension. */
  function publish(values: Values): void {
    for (const [{ name, unit }, value] of values) {
      metrics.addMetric(name, unit, value);
    }
    metrics.publishStoredMetrics();
  }

  return {
    swept(report, expiresAt) {
      const values = valuesOf(report);
      if (values.length > 0) {
        // Not a dimension: each of them would be a metric to pay for.
        metrics.addMetadata("cluster", report.cluster);
        publish(values);
      }
      if (perCluster) {
        metrics.addDimension("cluster", report.cluster);
        publish(valuesOfCluster(report, expiresAt && hoursUntil(expiresAt)));
      }
    },
    seen(fleet) {
      const { soonestExpiry, soonestSessionExpiry, credentialLifeLeft } = fleet;
      publish([
        [fleetMetrics.clusters, fleet.clusters],
        [fleetMetrics.clustersFailing, fleet.failing],
        [fleetMetrics.clustersFailingLong, fleet.failingLong],
        [fleetMetrics.clustersUntold, fleet.untold],
        [
          fleetMetrics.hoursToSoonestExpiry,
          soonestExpiry ? hoursUntil(soonestExpiry) : hoursWithoutExpiry,
        ],
        [fleetMetrics.credentialLifeLeft, credentialLifeLeft ?? wholeLifePercent],
        ...(sessions
          ? [sessionsLeft(soonestSessionExpiry && minutesUntil(soonestSessionExpiry))]
          : []),
      ]);
    },
    dispatched({ by, clusters }) {
      // What somebody asked for by name is no sign of the schedule's life.
      if (by === "schedule") {
        publish([[fleetMetrics.dispatched, clusters]]);
      }
    },
  };
}

/** A whole life where there are none: an alarm that was red for a cluster that left has to end. */
function sessionsLeft(minutes: number = sessionLifeMinutes): Values[number] {
  return [sessionMetrics.minutesToSoonestSessionExpiry, minutes];
}

function valuesOf({ outcome, credential }: CostedReport): Values {
  return [
    ...(outcome === "failed" ? [[sweepMetrics.sweepFailed, 1] as const] : []),
    ...(credential?.rotation === "failed"
      ? [[sweepMetrics.credentialRotationFailed, 1] as const]
      : []),
  ];
}

function valuesOfCluster({ outcome }: CostedReport, hoursToExpiry: number | undefined): Values {
  return [
    [clusterMetrics.sweepFailed, outcome === "failed" ? 1 : 0],
    ...(hoursToExpiry === undefined
      ? []
      : [[clusterMetrics.hoursToExpiry, hoursToExpiry] as const]),
  ];
}
