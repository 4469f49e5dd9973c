/** What the actions of SQS take. What SQS has errors of its own for is checked where it is used. */
import { z } from "zod";

export const byUrl = z.object({ QueueUrl: z.string() });

export const createInput = z.object({
  QueueName: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
});

export const byNameInput = z.object({ QueueName: z.string() });

const message = z.object({
  MessageBody: z.string().optional(),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
  DelaySeconds: z.int().optional(),
  MessageAttributes: z.record(z.string(), z.unknown()).default({}),
});

export const sendInput = byUrl.extend(message.shape);

export const sendBatchInput = byUrl.extend({
  Entries: z.array(message.extend({ Id: z.string().default("") })).default([]),
});

const attributeNames = z.array(z.string()).default([]);

export const receiveInput = byUrl.extend({
  MaxNumberOfMessages: z.int().default(1),
  VisibilityTimeout: z.int().optional(),
  AttributeNames: attributeNames,
  MessageSystemAttributeNames: attributeNames,
});

export const receiptInput = byUrl.extend({ ReceiptHandle: z.string().optional() });

export const visibilityInput = receiptInput.extend({ VisibilityTimeout: z.int().optional() });

export const attributesInput = byUrl.extend({ AttributeNames: attributeNames });

export type MessageInput = z.infer<typeof message>;
export type BatchEntry = z.infer<typeof sendBatchInput>["Entries"][number];
