/**
 * The dispatch function, made once per process. In a module of its own: what it bundles has no part
 * of the sweep, which halves what is loaded at a cold start.
 */
import { createAwsSession } from "../aws/session.ts";
import { createSecretsManagerStore } from "../clusters/secrets-manager-store.ts";
import { isLocalCluster } from "../config/stage-config.ts";
import { type DispatchReport, dispatchClusters } from "../dispatch/dispatch-clusters.ts";
import { parseDispatchEvent } from "../dispatch/dispatch-event.ts";
import { createRefreshQueue } from "../dispatch/sqs-refresh-queue.ts";
import type { FunctionSettings } from "../settings.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import type { Invocation } from "./invocation.ts";

const realTime = () => new Date();

/** For queueing all of them, of the time that the function has, after they were listed. */
const queueingMs = 30_000;

export function wireDispatch(settings: FunctionSettings, now: () => Date = realTime) {
  const { stage, region, queueUrl, schedulePeriodMinutes, localClusters = [], sessions } = settings;
  const session = createAwsSession({ region, name: stage });
  const queue = createRefreshQueue({ session, region, queueUrl });
  const clusters = createSecretsManagerStore({ session, region, stage });
  const telemetry = createTelemetry({ stage, perCluster: false, sessions: sessions ?? false, now });
  return async (event: unknown, invocation: Invocation): Promise<DispatchReport> => {
    telemetry.begin(invocation.awsRequestId);
    const report = await dispatchClusters(parseDispatchEvent(event, now), {
      listClusters: async () => {
        const remainingMs = Math.floor(invocation.getRemainingTimeInMillis());
        const listingMs = Math.max(0, remainingMs - queueingMs);
        const { clusters: listed, others } = await clusters.list(AbortSignal.timeout(listingMs));
        for (const name of others) {
          telemetry.warned("not a cluster's record", { name });
        }
        return listed;
      },
      isLocal: (cluster) => isLocalCluster({ localClusters }, cluster),
      seen: telemetry.seen,
      send: queue.send,
      now,
      schedulePeriodMs: schedulePeriodMinutes * 60_000,
    });
    telemetry.dispatched(report);
    return report;
  };
}
