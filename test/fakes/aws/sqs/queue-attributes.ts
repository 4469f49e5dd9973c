/** The attributes that a queue is made with, and those that it shows. */
import { z } from "zod";
import { ServiceFailure } from "../service.ts";
import { invalidValue } from "./errors.ts";
import type { FifoQueue, QueueSettings } from "./fifo-queue.ts";

export type QueueAttributes = Readonly<Record<string, string>>;

const defaults: QueueAttributes = {
  FifoQueue: "true",
  VisibilityTimeout: "30",
  MessageRetentionPeriod: "345600",
  MaximumMessageSize: "1048576",
  DelaySeconds: "0",
  ReceiveMessageWaitTimeSeconds: "0",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
  SqsManagedSseEnabled: "true",
};

/** Kept and shown, but without an effect here. */
const shownOnly = [
  "RedriveAllowPolicy",
  "Policy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
];

const redrivePolicy = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1_000),
});

/** @throws ServiceFailure InvalidAttributeName */
export function completeAttributes(given: QueueAttributes): QueueAttributes {
  const known = [...Object.keys(defaults), "RedrivePolicy", ...shownOnly];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ServiceFailure("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  }
  return { ...defaults, ...given };
}

/** @throws ServiceFailure InvalidAttributeValue, InvalidParameterValue */
export function settingsOf(
  attributes: QueueAttributes,
  queueOf: (arn: string) => FifoQueue | undefined,
): QueueSettings {
  const { RedrivePolicy: policy, DeduplicationScope: scope } = attributes;
  return {
    visibilityTimeoutMs: 1_000 * numberOf(attributes, "VisibilityTimeout", [0, 43_200]),
    retentionMs: 1_000 * numberOf(attributes, "MessageRetentionPeriod", [60, 1_209_600]),
    deduplicatesByContent: attributes["ContentBasedDeduplication"] === "true",
    deduplicationScope: scope === "messageGroup" ? "messageGroup" : "queue",
    redrive: policy === undefined ? undefined : redriveOf(policy, queueOf),
  };
}

export function shownAttributes(
  queue: FifoQueue,
  attributes: QueueAttributes,
  createdAt: Date,
): QueueAttributes {
  const { visible, inFlight } = queue.counts;
  const created = String(Math.floor(createdAt.getTime() / 1_000));
  return {
    ...attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
  };
}

function numberOf(
  attributes: QueueAttributes,
  name: string,
  [least, most]: readonly [number, number],
): number {
  const number = Number(attributes[name]);
  if (!(Number.isInteger(number) && number >= least && number <= most)) {
    throw new ServiceFailure("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
  }
  return number;
}

function redriveOf(text: string, queueOf: (arn: string) => FifoQueue | undefined) {
  const parsed = redrivePolicy.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new ServiceFailure(
      "InvalidAttributeValue",
      "Invalid value for the parameter RedrivePolicy.",
    );
  }
  const to = queueOf(parsed.data.deadLetterTargetArn);
  if (to === undefined) {
    throw invalidValue(text, "RedrivePolicy", "Dead letter target does not exist.");
  }
  return { to, maxReceiveCount: parsed.data.maxReceiveCount };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
