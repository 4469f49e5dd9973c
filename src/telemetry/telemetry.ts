/**
 * What the functions tell: one log line per sweep that says everything, and few metrics. Messages
 * are in `log-messages.ts`, metrics in `metrics.ts`.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import type { DispatchReport } from "../dispatch/dispatch-clusters.ts";
import type { Fleet } from "../dispatch/fleet.ts";
import type { Change, NotificationError } from "../notifications/notice.ts";
import { redactTokens } from "../redact-tokens.ts";
import type { CostedReport } from "../worker/sweep-registered.ts";
import { logLines } from "./log-messages.ts";
import { serviceName } from "./metrics.ts";
import { createMetricsEmitter, type MetricsOptions } from "./metrics-emitter.ts";
import { summarise } from "./sweep-summary.ts";

export interface Telemetry {
  /** Ties the lines of one invocation together. */
  begin(requestId: string): void;
  /** @param expiresAt of the cluster's first pull secret, as far as anybody knows */
  swept(report: CostedReport, expiresAt?: Date | undefined): void;
  /** A message that asked for no sweep: why, and of which cluster. */
  skipped(cluster: string, why: "superseded" | "unregistered" | "local"): void;
  /** At a tick of the schedule, before anything is queued. */
  seen(fleet: Fleet): void;
  dispatched(report: DispatchReport): void;
  told(cluster: string, change: Change): void;
  notTold(cluster: string, change: Change, error: NotificationError): void;
  warned(message: string, about: Readonly<Record<string, string>>): void;
}

const skipLines = {
  superseded: logLines.sweepSuperseded,
  unregistered: logLines.sweepUnregistered,
  local: logLines.sweepLeft,
} as const;

export function createTelemetry(options: MetricsOptions): Telemetry {
  const logger = new Logger({
    serviceName,
    persistentLogAttributes: { stage: options.stage },
    jsonReplacerFn: (_, value) => (typeof value === "string" ? redactTokens(value) : value),
  });
  const metrics = createMetricsEmitter(options);
  return {
    begin: (requestId) => logger.appendKeys({ requestId }),
    swept(report, expiresAt) {
      const line = summarise(report);
      report.outcome === "failed"
        ? logger.error(logLines.sweepFailed.message, line)
        : logger.info(logLines.sweepDone.message, line);
      tellOfCredential(report, logger);
      metrics.swept(report, expiresAt);
    },
    skipped: (cluster, why) => logger.info(skipLines[why].message, { cluster }),
    seen(fleet) {
      logger.info(logLines.fleetSeen.message, { ...fleet });
      metrics.seen(fleet);
    },
    dispatched(report) {
      logger.info(logLines.dispatched.message, { ...report });
      metrics.dispatched(report);
    },
    told: (cluster, change) => logger.info(logLines.topicTold.message, { cluster, change }),
    notTold(cluster, change, { message: reason, hint }) {
      logger.warn(logLines.topicNotTold.message, { cluster, change, reason, hint });
    },
    warned: (message, about) => logger.warn(message, about),
  };
}

/** Only where something came of it: nearly every sweep has nothing to tell. */
function tellOfCredential({ cluster, credential }: CostedReport, logger: Logger): void {
  const { rotation, trouble, expiresAt } = credential ?? {};
  if (rotation === "done") {
    logger.info(logLines.credentialRotated.message, { cluster, expiresAt });
  }
  if (trouble) {
    const { credentialRotationFailed, credentialNearItsEnd } = logLines;
    const what = rotation === "failed" ? credentialRotationFailed : credentialNearItsEnd;
    const { message: reason, hint } = trouble;
    logger.warn(what.message, { cluster, expiresAt, reason, hint });
  }
}
