/**
 * An event source mapping, in this process: it hands a queue's messages to a function, and deletes
 * what the function is done with. Partial batch responses are on.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import { z } from "zod";
import { type FunctionError, type FunctionHandler, run } from "../lambda/function-run.ts";
import { ServiceFailure } from "../service.ts";
import type { FifoQueue, ReceivedMessage } from "./fifo-queue.ts";
import { md5Of, type SystemAttributes, systemAttributesOf } from "./system-attributes.ts";

/** In the shape of @types/aws-lambda. */
export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: SystemAttributes;
  messageAttributes: Record<string, never>;
  md5OfBody: string;
  eventSource: string;
  eventSourceARN: string;
  awsRegion: string;
}

export interface SqsEvent {
  Records: SqsRecord[];
}

/** The handler of a function: it answers which items failed, or nothing. */
export type SqsHandler = FunctionHandler<SqsEvent>;

export interface DeliveryOptions {
  /** Messages in one event, at most. */
  readonly batchSize?: number;
  /** Events at the same time, at most. */
  readonly maximumConcurrency?: number;
  readonly timeoutMs?: number;
}

export interface Delivery {
  readonly invocations: number;
  /** Messages that the function was done with. */
  readonly deleted: number;
  /** Messages that stay in the queue, in flight until their visibility times out. */
  readonly returned: number;
  /** Of invocations that threw or timed out. */
  readonly errors: readonly FunctionError[];
}

const partialResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullable();

/** Until no message is visible any more. */
export async function deliver(
  queue: FifoQueue,
  handler: SqsHandler,
  functionArn: string,
  options: DeliveryOptions,
): Promise<Delivery> {
  const { batchSize = 10, maximumConcurrency = 10, timeoutMs = 60_000 } = options;
  const total = { invocations: 0, deleted: 0, returned: 0, errors: [] as FunctionError[] };
  const receive = () => queue.receive(Math.min(batchSize, 10));

  async function poll(): Promise<void> {
    for (let batch = receive(); batch.length > 0; batch = receive()) {
      const outcome = await run(handler, eventOf(queue, batch), { functionArn, timeoutMs });
      const kept = outcome.error === undefined ? failedIn(batch, outcome.result) : batch;
      const done = batch.filter((each) => !kept.includes(each) && deleteFrom(queue, each));
      total.invocations += 1;
      total.deleted += done.length;
      total.returned += batch.length - done.length;
      total.errors.push(...(outcome.error === undefined ? [] : [outcome.error]));
    }
  }

  await Promise.all(Array.from({ length: maximumConcurrency }, poll));
  return total;
}

function eventOf(queue: FifoQueue, batch: readonly ReceivedMessage[]): SqsEvent {
  const Records = batch.map((message) => ({
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributesOf(message),
    messageAttributes: {},
    md5OfBody: md5Of(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: queue.arn.split(":")[3] ?? "",
  }));
  return { Records };
}

/** A response that isn't understood, or that names a stranger, makes the whole batch a failure. */
function failedIn(batch: readonly ReceivedMessage[], result: string): readonly ReceivedMessage[] {
  const response = partialResponse.safeParse(JSON.parse(result));
  if (!response.success) {
    return batch;
  }
  const ids = (response.data?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier);
  const known = ids.every((id) => batch.some((message) => message.id === id));
  return known ? batch.filter((message) => ids.includes(message.id)) : batch;
}

/** False if its visibility timed out while the function ran: it will be delivered once more. */
function deleteFrom(queue: FifoQueue, { receiptHandle }: ReceivedMessage): boolean {
  try {
    queue.delete(receiptHandle);
    return true;
  } catch (error) {
    if (error instanceof ServiceFailure) {
      return false;
    }
    throw error;
  }
}
