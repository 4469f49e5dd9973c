/** SendMessage and SendMessageBatch: their limits, and a batch of which a part fails. */
import { createHash } from "node:crypto";
import { ServiceFailure } from "../service.ts";
import { invalidValue, missingParameter } from "./errors.ts";
import type { FifoQueue } from "./fifo-queue.ts";
import type { BatchEntry, MessageInput } from "./input.ts";
import { md5Of } from "./system-attributes.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maxBytes = 1_048_576;
const maxEntries = 10;
/** Letters, digits and ASCII punctuation. */
const idForm = /^[\x21-\x7e]{1,128}$/;
/** Outside of what XML allows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;

/** @throws ServiceFailure MissingParameter, InvalidParameterValue, InvalidMessageContents */
export function send(queue: FifoQueue, input: MessageInput, senderId: string) {
  const body = bodyOf(input);
  const groupId = input.MessageGroupId;
  if (groupId === undefined) {
    throw missingParameter("MessageGroupId");
  }
  const deduplicationId = input.MessageDeduplicationId ?? contentDigest(queue, body);
  assertId(groupId, "MessageGroupId");
  assertId(deduplicationId, "MessageDeduplicationId");
  const message = queue.send({ body, groupId, deduplicationId, senderId });
  return {
    MessageId: message.id,
    SequenceNumber: message.sequenceNumber,
    // Of this body, also if an earlier message stands for it: the SDK compares.
    MD5OfMessageBody: md5Of(body),
  };
}

/**
 * `fault` says which entries fail nevertheless.
 * @throws ServiceFailure for what makes the whole batch fail
 */
export function sendBatch(
  queue: FifoQueue,
  entries: readonly BatchEntry[],
  senderId: string,
  fault: (entry: BatchEntry) => boolean,
) {
  assertBatch(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      if (fault(entry)) {
        const Message = "We encountered an internal error. Please try again.";
        Failed.push({ Id, Code: "InternalError", Message, SenderFault: false });
      } else {
        Successful.push({ Id, ...send(queue, entry, senderId) });
      }
    } catch (error) {
      if (!(error instanceof ServiceFailure)) {
        throw error;
      }
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function bodyOf({
  MessageBody: body,
  DelaySeconds: delay,
  MessageAttributes,
}: MessageInput): string {
  if (body === undefined || body === "") {
    throw missingParameter("MessageBody");
  }
  if (Object.keys(MessageAttributes).length > 0) {
    throw new ServiceFailure("UnsupportedOperation", "No message attributes in this fake.");
  }
  if (delay !== undefined && delay !== 0) {
    const reason = "The request include parameter that is not valid for this queue type.";
    throw invalidValue(String(delay), "DelaySeconds", reason);
  }
  if (Buffer.byteLength(body) > maxBytes) {
    throw new ServiceFailure(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
    );
  }
  if (forbidden.test(body)) {
    throw new ServiceFailure(
      "InvalidMessageContents",
      "The message contains characters outside the allowed set.",
    );
  }
  return body;
}

function contentDigest({ settings }: FifoQueue, body: string): string {
  if (!settings.deduplicatesByContent) {
    throw new ServiceFailure(
      "InvalidParameterValue",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
  return createHash("sha256").update(body).digest("hex");
}

function assertId(id: string, parameter: string): void {
  if (!idForm.test(id)) {
    const reason = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    throw invalidValue(id, parameter, reason);
  }
}

function assertBatch(entries: readonly BatchEntry[]): void {
  const ids = entries.map(({ Id }) => Id);
  const bytes = entries
    .map(({ MessageBody = "" }) => Buffer.byteLength(MessageBody))
    .reduce((one, other) => one + other, 0);
  const repeated = ids.find((id, position) => ids.indexOf(id) !== position);
  if (entries.length === 0) {
    throw new ServiceFailure(
      "EmptyBatchRequest",
      "There should be at least one SendMessageBatchRequestEntry in the request.",
    );
  }
  if (entries.length > maxEntries) {
    throw new ServiceFailure(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${maxEntries}. You have sent ${entries.length}.`,
    );
  }
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new ServiceFailure(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  if (repeated !== undefined) {
    throw new ServiceFailure("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
  }
  if (bytes > maxBytes) {
    throw new ServiceFailure(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${maxBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
}
