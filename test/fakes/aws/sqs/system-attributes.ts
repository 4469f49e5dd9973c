/** What SQS tells of a message besides its body. */
import { createHash } from "node:crypto";
import type { Message } from "./fifo-queue.ts";

export interface SystemAttributes {
  ApproximateReceiveCount: string;
  ApproximateFirstReceiveTimestamp: string;
  SentTimestamp: string;
  SenderId: string;
  SequenceNumber: string;
  MessageGroupId: string;
  MessageDeduplicationId: string;
  DeadLetterQueueSourceArn?: string;
}

export function systemAttributesOf(message: Message): SystemAttributes {
  const { deadLetterSourceArn, firstReceivedAtMs = 0 } = message;
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
    SentTimestamp: String(message.sentAtMs),
    SenderId: message.senderId,
    SequenceNumber: message.sequenceNumber,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    ...(deadLetterSourceArn && { DeadLetterQueueSourceArn: deadLetterSourceArn }),
  };
}

export function md5Of(body: string): string {
  return createHash("md5").update(body).digest("hex");
}
