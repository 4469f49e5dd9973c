/**
 * Every metric, written once: what the functions emit, what the alarms watch and what the dashboard
 * draws. CloudWatch asks $0.30 a month for each series that had a value, so there are few: what can
 * be read from a log line is no metric.
 */
import type { MetricUnit } from "@aws-lambda-powertools/metrics";

export const metricsNamespace = "ecr-pull-secrets";
export const serviceName = "ecr-pull-secrets";

export interface MetricDefinition {
  readonly name: string;
  readonly unit: (typeof MetricUnit)[keyof typeof MetricUnit];
  /** The statistic that says what is meant, over any period. */
  readonly statistic: "Sum" | "Minimum" | "Maximum";
  /** What the dashboard calls it. */
  readonly title: string;
}

/** By dispatch, at each tick of the schedule, from the tags of all clusters. */
export const fleetMetrics = {
  clusters: {
    name: "Clusters",
    unit: "Count",
    statistic: "Maximum",
    title: "Registered clusters",
  },
  dispatched: {
    name: "Dispatched",
    unit: "Count",
    statistic: "Sum",
    title: "Sweeps asked for",
  },
  clustersFailing: {
    name: "ClustersFailing",
    unit: "Count",
    statistic: "Maximum",
    title: "Failing clusters",
  },
  clustersFailingLong: {
    name: "ClustersFailingLong",
    unit: "Count",
    statistic: "Maximum",
    title: "Clusters that have been failing for three schedules",
  },
  /** All of them where there are too many to name each; else they are told within a schedule. */
  clustersUntold: {
    name: "ClustersUntold",
    unit: "Count",
    statistic: "Maximum",
    title: "Of these, clusters of which nobody was told",
  },
  /** Of all clusters, also of those that can't be reached; a whole life where nothing expires. */
  hoursToSoonestExpiry: {
    name: "HoursToSoonestExpiry",
    unit: "None",
    statistic: "Minimum",
    title: "Hours until the first pull secret expires",
  },
  /** Of the cluster credential that is nearest its end; 100 where none expires. */
  credentialLifeLeft: {
    name: "CredentialLifeLeft",
    unit: "Percent",
    statistic: "Minimum",
    title: "Life left of the oldest cluster credential",
  },
} as const satisfies Record<string, MetricDefinition>;

/** By dispatch as well, where the config puts AWS sessions into clusters. */
export const sessionMetrics = {
  /** Of all clusters, also of those that can't be reached; a whole life where there are none. */
  minutesToSoonestSessionExpiry: {
    name: "MinutesToSoonestSessionExpiry",
    unit: "None",
    statistic: "Minimum",
    title: "Minutes until the first AWS session of pods ends",
  },
} as const satisfies Record<string, MetricDefinition>;

/** By refresh, and only when it happens: a healthy stage pays for neither. */
export const sweepMetrics = {
  sweepFailed: {
    name: "SweepFailed",
    unit: "Count",
    statistic: "Sum",
    title: "Sweeps that failed",
  },
  credentialRotationFailed: {
    name: "CredentialRotationFailed",
    unit: "Count",
    statistic: "Sum",
    title: "Renewals of a cluster's credential that failed",
  },
} as const satisfies Record<string, MetricDefinition>;

/** By refresh, with the cluster as a dimension, where the config asks for it. */
export const clusterMetrics = {
  sweepFailed: {
    name: "ClusterSweepFailed",
    unit: "Count",
    statistic: "Maximum",
    title: "Whether a cluster's sweep failed",
  },
  hoursToExpiry: {
    name: "ClusterHoursToExpiry",
    unit: "None",
    statistic: "Minimum",
    title: "Hours until a cluster's first pull secret expires",
  },
} as const satisfies Record<string, MetricDefinition>;
