/**
 * What the functions tell: one log line per sweep that says everything, and few metrics. Names and
 * dimensions of metrics are written once, here.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { DispatchReport } from "../dispatch/dispatch-clusters.ts";
import type { CostedReport } from "../worker/sweep-registered.ts";
import { redactTokens } from "./redact-tokens.ts";

export const metricsNamespace = "ecr-pull-secrets";
export const metricNames = {
  sweepFailed: "SweepFailed",
  sweepMilliseconds: "SweepMilliseconds",
  secretsWritten: "SecretsWritten",
  credentialRotated: "CredentialRotated",
  credentialRotationFailed: "CredentialRotationFailed",
  clusters: "Clusters",
  clustersFailing: "ClustersFailing",
  hoursToSoonestExpiry: "HoursToSoonestExpiry",
} as const;

export interface Telemetry {
  /** Ties the lines of one invocation together. */
  begin(requestId: string): void;
  swept(report: CostedReport): void;
  /** A message that asked for no sweep: why, and of which cluster. */
  skipped(cluster: string, why: "superseded" | "unregistered"): void;
  dispatched(report: DispatchReport, now: Date): void;
  warned(message: string, about: Readonly<Record<string, string>>): void;
}

const hourMs = 3_600_000;
/** Enough to see the pattern; the rest is a number. */
const maxFailuresLogged = 20;

export function createTelemetry(stage: string): Telemetry {
  const logger = new Logger({
    serviceName: "ecr-pull-secrets",
    persistentLogAttributes: { stage },
    jsonReplacerFn: (_, value) => (typeof value === "string" ? redactTokens(value) : value),
  });
  const metrics = new Metrics({
    namespace: metricsNamespace,
    serviceName: "ecr-pull-secrets",
    defaultDimensions: { stage },
  });
  return {
    begin: (requestId) => logger.appendKeys({ requestId }),
    swept(report) {
      const failed = report.outcome === "failed";
      const line = summary(report);
      failed ? logger.error("sweep failed", line) : logger.info("sweep done", line);
      metrics
        // Not a dimension: each of them would be a metric to pay for.
        .addMetadata("cluster", report.cluster)
        .addMetric(metricNames.sweepFailed, MetricUnit.Count, failed ? 1 : 0)
        .addMetric(metricNames.sweepMilliseconds, MetricUnit.Milliseconds, report.durationMs)
        .addMetric(metricNames.secretsWritten, MetricUnit.Count, line.written);
      tellOfCredential(report, logger, metrics);
      metrics.publishStoredMetrics();
    },
    skipped: (cluster, why) => logger.info(`sweep ${why}`, { cluster }),
    dispatched(report, now) {
      logger.info("dispatched", { ...report });
      metrics
        .addMetric(metricNames.clusters, MetricUnit.Count, report.clusters)
        .addMetric(metricNames.clustersFailing, MetricUnit.Count, report.failing);
      if (report.soonestExpiry) {
        const hours = (report.soonestExpiry.getTime() - now.getTime()) / hourMs;
        metrics.addMetric(metricNames.hoursToSoonestExpiry, MetricUnit.NoUnit, hours);
      }
      metrics.publishStoredMetrics();
    },
    warned: (message, about) => logger.warn(message, about),
  };
}

/** Only where something came of it: nearly every sweep has nothing to tell. */
function tellOfCredential(
  { cluster, credential }: CostedReport,
  logger: Logger,
  metrics: Metrics,
): void {
  const { rotation, trouble, expiresAt } = credential ?? {};
  if (rotation === "done") {
    logger.info("credential rotated", { cluster, expiresAt });
    metrics.addMetric(metricNames.credentialRotated, MetricUnit.Count, 1);
  }
  if (rotation === "failed") {
    metrics.addMetric(metricNames.credentialRotationFailed, MetricUnit.Count, 1);
  }
  if (trouble) {
    const what = rotation === "failed" ? "credential rotation failed" : "credential near its end";
    const { message: reason, hint } = trouble;
    logger.warn(what, { cluster, expiresAt, reason, hint });
  }
}

/** Everything but the line per secret: five hundred of them don't help at 3 a.m. */
function summary({ secrets, links: _, deletions: __, failures, notices, ...report }: CostedReport) {
  const { current, created, renewed, adopted, restored } = report.counts;
  return {
    ...report,
    due: secrets.length - current,
    written: created + renewed + adopted + restored,
    failuresByKind: countByKind(failures),
    failures: failures.slice(0, maxFailuresLogged).map(({ namespaces, ...failure }) => ({
      ...failure,
      namespaces: namespaces.slice(0, maxFailuresLogged),
      namespaceCount: namespaces.length,
    })),
    failureCount: failures.length,
    notices: notices.length,
  };
}

function countByKind(failures: CostedReport["failures"]): Readonly<Record<string, number>> {
  const kinds = Map.groupBy(failures, ({ kind }) => kind);
  return Object.fromEntries([...kinds].map(([kind, each]) => [kind, each.length]));
}
