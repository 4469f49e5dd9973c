/** The refresh queue: FIFO, one group per cluster, so that two sweeps of one never overlap. */
import { setTimeout as delay } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { AwsSession } from "../aws/session.ts";
import { formatMessage, type RefreshMessage } from "./refresh-message.ts";

/** Some clusters couldn't be queued, after retries; the next tick is their chance. */
export class QueueError extends Error {
  override readonly name = "QueueError";
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const maxBatchEntries = 10;
/** 1,000 batches for 10,000 clusters: 20 at once take seconds, and stay far below SQS's limits. */
const batchesInFlight = 20;
const maxAttempts = 4;
const retryPauseMs = 200;

export interface RefreshQueue {
  /** @throws QueueError once everything was tried, if any message was refused to the end */
  send(messages: readonly RefreshMessage[]): Promise<void>;
  /** Seconds until a message that failed is delivered again. */
  delayRetry(receiptHandle: string, seconds: number): Promise<void>;
}

export interface RefreshQueueOptions {
  readonly session: AwsSession;
  readonly region: string;
  readonly queueUrl: string;
}

interface Queue {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

export function createRefreshQueue(options: RefreshQueueOptions): RefreshQueue {
  const { session, region, queueUrl } = options;
  const credentials = session.credentialsOf(undefined);
  const client = new SQSClient({ ...session.clientConfig, region, credentials });
  return {
    send: (messages) => sendAll(messages, { client, queueUrl }),
    async delayRetry(receiptHandle, seconds) {
      const target = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
      await client.send(
        new ChangeMessageVisibilityCommand({ ...target, VisibilityTimeout: seconds }),
      );
    },
  };
}

async function sendAll(messages: readonly RefreshMessage[], queue: Queue): Promise<void> {
  const batches = chunk(messages, maxBatchEntries).values();
  const refused: RefreshMessage[] = [];
  const worker = async () => {
    for (const batch of batches) {
      refused.push(...(await sendBatch(batch, queue)));
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, worker));
  if (refused.length > 0) {
    const names = refused.slice(0, 5).map(({ cluster }) => cluster);
    const more = refused.length > names.length ? ", …" : "";
    throw new QueueError(
      `${refused.length} of ${messages.length} clusters couldn't be queued: ${names.join(", ")}${more}`,
    );
  }
}

/** @returns what SQS refused to the end */
async function sendBatch(
  batch: readonly RefreshMessage[],
  { client, queueUrl }: Queue,
): Promise<readonly RefreshMessage[]> {
  let left = batch;
  for (let attempt = 1; left.length > 0 && attempt <= maxAttempts; attempt += 1) {
    if (attempt > 1) {
      await delay(retryPauseMs * 2 ** attempt * Math.random());
    }
    const entries = left.map((message, index) => toEntry(message, String(index)));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const { Failed = [] } = await client.send(command);
    const failed = new Set(Failed.map(({ Id }) => Id));
    left = left.filter((_, index) => failed.has(String(index)));
  }
  return left;
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

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
