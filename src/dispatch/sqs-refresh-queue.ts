/** The refresh queue: FIFO, one group per cluster, so that two sweeps of one never overlap. */
import { setTimeout as delay } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { translateAwsError } from "../aws/errors.ts";
import type { AwsSession } from "../aws/session.ts";
import { QueueError } from "./queue-error.ts";
import { formatMessage, type RefreshMessage } from "./refresh-message.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const maxBatchEntries = 10;
/** 1,000 batches for 10,000 clusters: 20 at once take seconds, and stay far below SQS's limits. */
const batchesInFlight = 20;
const maxAttempts = 4;
const retryPauseMs = 200;

export interface RefreshQueue {
  /** @throws QueueError once everything was tried, if any message was refused to the end */
  send(messages: Iterable<RefreshMessage>): Promise<void>;
  /** Seconds until a message that failed is delivered again. @throws QueueError */
  delayRetry(receiptHandle: string, seconds: number): Promise<void>;
}

export interface RefreshQueueOptions {
  readonly session: AwsSession;
  readonly region: string;
  readonly queueUrl: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

interface Queue extends Required<Omit<RefreshQueueOptions, "session">> {
  readonly client: SQSClient;
}

interface Refused {
  readonly messages: readonly RefreshMessage[];
  /** Undefined: SQS took the request, but not these entries of it. */
  readonly why: string | undefined;
}

export function createRefreshQueue(options: RefreshQueueOptions): RefreshQueue {
  const { session, region, queueUrl, sleep = delay } = options;
  const credentials = session.credentialsOf(undefined);
  const client = new SQSClient({ ...session.clientConfig, region, credentials });
  return {
    send: (messages) => sendAll(messages, { client, region, queueUrl, sleep }),
    async delayRetry(receiptHandle, seconds) {
      const target = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
      const command = new ChangeMessageVisibilityCommand({
        ...target,
        VisibilityTimeout: seconds,
      });
      await client.send(command).catch((error) => {
        throw new QueueError(explain("ChangeMessageVisibility", region, error));
      });
    },
  };
}

async function sendAll(messages: Iterable<RefreshMessage>, queue: Queue): Promise<void> {
  const batches = inBatches(messages, maxBatchEntries);
  const refused: Refused[] = [];
  let count = 0;
  const worker = async () => {
    for (const batch of batches) {
      count += batch.length;
      const result = await sendBatch(batch, queue);
      if (result.messages.length > 0) {
        refused.push(result);
      }
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, worker));
  if (refused.length > 0) {
    throw new QueueError(describeRefusals(refused, count));
  }
}

function describeRefusals(refused: readonly Refused[], count: number): string {
  const left = refused.flatMap((each) => each.messages);
  const names = left.slice(0, 5).map(({ cluster }) => cluster);
  const more = left.length > names.length ? ", …" : "";
  const reason = refused.find(({ why }) => why)?.why ?? "SQS refused them, also after retries";
  return `${left.length} of ${count} clusters couldn't be queued: ${names.join(", ")}${more}; ${reason}`;
}

/** Never throws: a batch that fails must not keep the others from being sent. */
async function sendBatch(batch: readonly RefreshMessage[], queue: Queue): Promise<Refused> {
  let left = batch;
  for (let attempt = 1; left.length > 0 && attempt <= maxAttempts; attempt += 1) {
    if (attempt > 1) {
      await queue.sleep(retryPauseMs * 2 ** attempt * Math.random());
    }
    const entries = left.map((message, index) => toEntry(message, String(index)));
    const command = new SendMessageBatchCommand({ QueueUrl: queue.queueUrl, Entries: entries });
    try {
      const { Failed = [] } = await queue.client.send(command);
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter((_, index) => failed.has(String(index)));
    } catch (error) {
      // The SDK has retried what is worth it.
      return { messages: left, why: explain("SendMessage", queue.region, error) };
    }
  }
  return { messages: left, why: undefined };
}

/** @param action as IAM writes it: a batch needs no right of its own */
function explain(action: string, region: string, thrown: unknown): string {
  return translateAwsError(thrown, { action: `sqs:${action}`, region }).message;
}

/** A dispatch that EventBridge delivers twice has the same tick: SQS drops the second. */
function toEntry(message: RefreshMessage, id: string) {
  return {
    Id: id,
    MessageBody: formatMessage(message),
    MessageGroupId: message.cluster,
    MessageDeduplicationId: `${message.cluster}@${message.tick.toISOString()}`,
  };
}

/** One batch at a time: ten thousand messages needn't exist at once. */
function* inBatches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}
