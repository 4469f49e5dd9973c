/** Messages of the queue: what SQS does with their outcomes is in `message-outcome.ts`. */
import { isFailingLong } from "../dispatch/failing-long.ts";
import { QueueError } from "../dispatch/queue-error.ts";
import { parseMessage, type RefreshMessage } from "../dispatch/refresh-message.ts";
import type { FleetAtTick } from "../notifications/due-change.ts";
import {
  type Delivery,
  isRetried,
  isSuperseded,
  poisonDelaySeconds,
  type QueueRules,
  retryDelaySeconds,
  sweepLimitMs,
} from "./message-outcome.ts";
import type { RefreshPorts, Serving } from "./ports.ts";
import type { QueuedRecord } from "./refresh-event.ts";
import { sweepAndNote } from "./sweep-and-note.ts";

/** As Lambda wants it: items that failed are delivered again, all others are deleted. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** @throws PoisonMessageError */
export async function serveQueued(
  records: readonly QueuedRecord[],
  { ports, time }: Serving,
): Promise<BatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of records) {
    const message = await parseOrSetAside(record, ports);
    const delivery = { message, receiveCount: record.attributes.ApproximateReceiveCount };
    if ((await serveDelivery(delivery, { ports, time })) === "retry") {
      const retry = { seconds: retryDelaySeconds(delivery), about: { cluster: message.cluster } };
      await delayRetry(record, retry, ports);
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}

/** Poison goes to the dead letters after its last delivery: soon, since it blocks its group. */
async function parseOrSetAside(record: QueuedRecord, ports: RefreshPorts): Promise<RefreshMessage> {
  try {
    return parseMessage(record.body);
  } catch (error) {
    const about = { messageId: record.messageId };
    ports.warned("poison in the queue", about);
    await delayRetry(record, { seconds: poisonDelaySeconds, about }, ports);
    throw error;
  }
}

/** Without the delay the queue's own visibility timeout counts: later, but the item stays failed. */
async function delayRetry(
  { receiptHandle }: QueuedRecord,
  {
    seconds,
    about,
  }: { readonly seconds: number; readonly about: Readonly<Record<string, string>> },
  ports: RefreshPorts,
): Promise<void> {
  try {
    await ports.delayRetry(receiptHandle, seconds);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    ports.warned("the retry couldn't be set a time", { ...about, reason: error.message });
  }
}

async function serveDelivery(
  delivery: Delivery,
  { ports, time }: Serving,
): Promise<"done" | "retry"> {
  const { cluster, state } = delivery.message;
  if (ports.isLocal(cluster)) {
    // Queued before it became one.
    ports.skipped(cluster, "local");
    return "done";
  }
  if (isSuperseded(delivery, ports.rules, ports.now())) {
    ports.skipped(cluster, "superseded");
    return "done";
  }
  const limitMs = sweepLimitMs(delivery, ports.rules);
  if (limitMs !== undefined) time.shorten(limitMs);
  const dispatched = {
    // An earlier delivery may have written tags since dispatch looked at them.
    state: delivery.receiveCount === 1 ? state : undefined,
    fleet: fleetIn(delivery.message, ports.rules),
  };
  const report = await sweepAndNote(cluster, dispatched, { ports, time });
  const failed = report?.outcome === "failed";
  return failed && isRetried(delivery, report, ports.rules) ? "retry" : "done";
}

/** Undefined: somebody named this cluster, and says nothing of all of them. */
function fleetIn(
  { tick, state, untold }: RefreshMessage,
  { schedulePeriodMs }: QueueRules,
): FleetAtTick | undefined {
  if (untold === undefined) return undefined;
  const isCounted = isFailingLong(state?.failingSince, tick, schedulePeriodMs);
  return { tick, untold, isCounted };
}
