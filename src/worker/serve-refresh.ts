/** The refresh function: events in, outcomes out; what SQS does with them is `message-outcome.ts`. */
import type { ClusterState } from "../clusters/record.ts";
import { type Deadline, startDeadline } from "../deadline.ts";
import { QueueError } from "../dispatch/queue-error.ts";
import { parseMessage } from "../dispatch/refresh-message.ts";
import { reportPlan } from "../refresh/plan-report.ts";
import { reportStatus } from "../refresh/status-report.ts";
import { lookAtRegistered } from "./look-at-registered.ts";
import {
  type Delivery,
  isRetried,
  isSuperseded,
  type QueueRules,
  retryDelaySeconds,
} from "./message-outcome.ts";
import { noteState } from "./note-state.ts";
import { type DirectRequest, parseRefreshEvent, type QueuedRecord } from "./refresh-event.ts";
import { type CostedReport, sweepRegistered, type WorkerPorts } from "./sweep-registered.ts";

export interface RefreshPorts extends WorkerPorts {
  readonly rules: QueueRules;
  /** Seconds until a failed message is delivered again. @throws QueueError */
  readonly delayRetry: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly swept: (report: CostedReport) => void;
  readonly skipped: (cluster: string, why: "superseded" | "unregistered") => void;
  /** Of what changes no outcome. */
  readonly warned: (message: string, about: Readonly<Record<string, string>>) => void;
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
  // Awaited here: the deadline's timers end with this scope.
  return parsed.kind === "queued"
    ? await serveQueued(parsed.records, ports, time)
    : await serveDirect(parsed.request, ports, time);
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
      await delayRetry(record, delivery, ports);
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}

/** Without the delay the queue's own visibility timeout counts: later, but the sweep stays failed. */
async function delayRetry(
  { receiptHandle }: QueuedRecord,
  delivery: Delivery,
  ports: RefreshPorts,
): Promise<void> {
  try {
    await ports.delayRetry(receiptHandle, retryDelaySeconds(delivery));
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    const { cluster } = delivery.message;
    ports.warned("the retry couldn't be set a time", { cluster, reason: error.message });
  }
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
  // An earlier delivery may have written tags since dispatch looked at them.
  const known = delivery.receiveCount === 1 ? state : undefined;
  const report = await sweepAndNote(cluster, known, { ports, time });
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
