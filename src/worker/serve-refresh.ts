/** The refresh function: events in, outcomes out; what SQS does with them is `message-outcome.ts`. */
import type { ClusterState } from "../clusters/record.ts";
import type { ClusterStore } from "../clusters/store.ts";
import { type Deadline, startDeadline } from "../deadline.ts";
import { parseMessage } from "../dispatch/refresh-message.ts";
import { StoreError } from "../errors.ts";
import { reportPlan } from "../refresh/plan-report.ts";
import { withFailure } from "../refresh/report.ts";
import { reportStatus } from "../refresh/status-report.ts";
import { lookAtRegistered } from "./look-at-registered.ts";
import {
  type Delivery,
  isRetried,
  isSuperseded,
  type QueueRules,
  retryDelaySeconds,
} from "./message-outcome.ts";
import { type DirectRequest, parseRefreshEvent, type QueuedRecord } from "./refresh-event.ts";
import {
  type CostedReport,
  recordCause,
  stateAfter,
  sweepRegistered,
  type WorkerPorts,
} from "./sweep-registered.ts";

export interface RefreshPorts extends WorkerPorts {
  readonly rules: QueueRules;
  /** Seconds until a failed message is delivered again. */
  readonly delayRetry: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly swept: (report: CostedReport) => void;
  readonly skipped: (cluster: string, why: "superseded" | "unregistered") => void;
}

/** As Lambda wants it: items that failed are delivered again, all others are deleted. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Time for the report, the tags and the answer, after the sweep's own end. */
const wrapUpMs = 5_000;
const marginMs = 3_000;

/**
 * @param remainingMs until Lambda ends the invocation
 * @throws PoisonMessageError, RefreshEventError, and bugs: they end in the dead-letter queue
 */
export async function serveRefresh(
  event: unknown,
  remainingMs: number,
  ports: RefreshPorts,
): Promise<unknown> {
  using time = startDeadline({ limitMs: remainingMs - wrapUpMs, marginMs });
  const parsed = parseRefreshEvent(event);
  return parsed.kind === "queued"
    ? serveQueued(parsed.records, ports, time)
    : serveDirect(parsed.request, ports, time);
}

async function serveQueued(
  records: readonly QueuedRecord[],
  ports: RefreshPorts,
  time: Deadline,
): Promise<BatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of records) {
    const message = parseMessage(record.body);
    const delivery = { message, receiveCount: record.attributes.ApproximateReceiveCount };
    if ((await serveDelivery(delivery, ports, time)) === "retry") {
      await ports.delayRetry(record.receiptHandle, retryDelaySeconds(delivery));
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}

async function serveDelivery(
  delivery: Delivery,
  ports: RefreshPorts,
  time: Deadline,
): Promise<"done" | "retry"> {
  const { cluster, state } = delivery.message;
  if (isSuperseded(delivery, ports.rules, ports.now())) {
    ports.skipped(cluster, "superseded");
    return "done";
  }
  const report = await sweepAndNote(cluster, state, { ports, time });
  return report?.outcome === "failed" && isRetried(delivery, ports.rules) ? "retry" : "done";
}

interface Serving {
  readonly ports: RefreshPorts;
  readonly time: Deadline;
}

/** @param known the tags as dispatch saw them; undefined: they have to be asked for */
async function sweepAndNote(
  cluster: string,
  known: ClusterState | undefined,
  { ports, time }: Serving,
): Promise<CostedReport | undefined> {
  const report = await sweepRegistered(cluster, ports, time);
  if (!report) {
    ports.skipped(cluster, "unregistered");
    return undefined;
  }
  const noted = await noteState(report, known, ports.clusters);
  ports.swept(noted);
  return noted;
}

/** Tags that can't be written are a failure like any other: alarms are made of them. */
async function noteState(
  report: CostedReport,
  known: ClusterState | undefined,
  clusters: ClusterStore,
): Promise<CostedReport> {
  try {
    const before = known ?? (await clusters.describe(report.cluster))?.state;
    if (before) {
      await clusters.saveState(report.cluster, before, stateAfter(report, before));
    }
    return report;
  } catch (error) {
    if (error instanceof StoreError) {
      return withFailure(report, recordCause(error));
    }
    throw error;
  }
}

async function serveDirect(
  { cluster, mode }: DirectRequest,
  ports: RefreshPorts,
  time: Deadline,
): Promise<unknown> {
  if (mode === "sweep") {
    return (await sweepAndNote(cluster, undefined, { ports, time })) ?? unregistered(cluster);
  }
  const planned = await lookAtRegistered(cluster, ports, time);
  if (!planned) {
    return unregistered(cluster);
  }
  if ("outcome" in planned) {
    return planned;
  }
  return mode === "plan" ? reportPlan(planned) : reportStatus(planned);
}

function unregistered(cluster: string) {
  return { cluster, outcome: "unregistered" } as const;
}
