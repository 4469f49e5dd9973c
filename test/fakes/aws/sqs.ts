/**
 * The fake's SQS: FIFO queues, without message attributes and without long polling.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
import { inputOf } from "./json-input.ts";
import { jsonActionOf } from "./protocols.ts";
import { type ActionCall, type AwsReply, type AwsService, ServiceFailure } from "./service.ts";
import { EntryFaults } from "./sqs/entry-faults.ts";
import { invalidValue, missingParameter, sqsFailure } from "./sqs/errors.ts";
import type { FifoQueue } from "./sqs/fifo-queue.ts";
import { queuesInProcess } from "./sqs/in-process.ts";
import {
  attributesInput,
  byNameInput,
  byUrl,
  createInput,
  receiptInput,
  receiveInput,
  sendBatchInput,
  sendInput,
  visibilityInput,
} from "./sqs/input.ts";
import { arnOf, arnOfUrl, type QueuePlace, Queues } from "./sqs/queues.ts";
import { send, sendBatch } from "./sqs/send.ts";
import { md5Of, systemAttributesOf } from "./sqs/system-attributes.ts";

export interface SqsOptions {
  /** For what is made in this process. */
  readonly place: QueuePlace;
  /** Where URLs of queues point to; asked when the first is needed. */
  readonly endpoint: () => string;
  readonly now: () => Date;
}

interface Parts {
  readonly queues: Queues;
  readonly urlOf: (queue: FifoQueue) => string;
  readonly entryFaults: EntryFaults;
}

const maxVisibilitySeconds = 43_200;

export function createSqs({ place, endpoint, now }: SqsOptions) {
  const queues = new Queues(now);
  const entryFaults = new EntryFaults();
  const urlOf = ({ arn }: FifoQueue) => [endpoint(), ...arn.split(":").slice(4)].join("/");
  return {
    service: serviceOf({ queues, urlOf, entryFaults }),
    queues: queuesInProcess(queues, { place, urlOf, entryFaults }),
    heal: () => entryFaults.clear(),
  };
}

function serviceOf({ queues, urlOf, entryFaults }: Parts): AwsService {
  const queueOf = ({ region, request }: ActionCall) =>
    queues.byUrl(inputOf(request, byUrl).QueueUrl, region);
  return {
    name: "sqs",
    actionOf: (request) => jsonActionOf(request, "AmazonSQS"),
    resourceOf: resourceArn,
    // There is no right to send batches: it comes with that to send.
    permissionsOf: (action) => [`sqs:${action.replace(/Batch$/, "")}`],
    actions: {
      CreateQueue: (call) => {
        const { QueueName, Attributes } = inputOf(call.request, createInput);
        if (Attributes["FifoQueue"] !== "true") {
          throw new ServiceFailure("UnsupportedOperation", "FIFO queues only in this fake.");
        }
        return reply({ QueueUrl: urlOf(queues.create(placeOf(call), QueueName, Attributes)) });
      },
      GetQueueUrl: (call) => {
        const { QueueName } = inputOf(call.request, byNameInput);
        return reply({ QueueUrl: urlOf(queues.byName(placeOf(call), QueueName)) });
      },
      GetQueueAttributes: (call) => {
        const { AttributeNames } = inputOf(call.request, attributesInput);
        return reply({
          Attributes: chosen(queues.attributesOf(queueOf(call)), AttributeNames),
        });
      },
      SendMessage: (call) => {
        const input = inputOf(call.request, sendInput);
        return reply(send(queueOf(call), input, call.identity.userId));
      },
      SendMessageBatch: (call) => {
        const { Entries } = inputOf(call.request, sendBatchInput);
        const fails = ({ MessageGroupId = "" }) => entryFaults.take(MessageGroupId);
        return reply(sendBatch(queueOf(call), Entries, call.identity.userId, fails));
      },
      ReceiveMessage: (call) => receive(queueOf(call), call),
      DeleteMessage: (call) => {
        const { ReceiptHandle } = inputOf(call.request, receiptInput);
        queueOf(call).delete(ReceiptHandle ?? missing("ReceiptHandle"));
        return reply({});
      },
      ChangeMessageVisibility: (call) => {
        const { ReceiptHandle, VisibilityTimeout } = inputOf(call.request, visibilityInput);
        const handle = ReceiptHandle ?? missing("ReceiptHandle");
        const seconds = VisibilityTimeout ?? missing("VisibilityTimeout");
        queueOf(call).changeVisibility(handle, 1_000 * visibilitySeconds(seconds));
        return reply({});
      },
    },
    failure: sqsFailure,
  };
}

function receive(queue: FifoQueue, { request }: ActionCall): AwsReply {
  const input = inputOf(request, receiveInput);
  const { MaxNumberOfMessages: limit, VisibilityTimeout: seconds } = input;
  if (limit < 1 || limit > 10) {
    const reason = "Must be between 1 and 10, if provided.";
    throw invalidValue(String(limit), "MaxNumberOfMessages", reason);
  }
  const names = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
  const visibilityMs = seconds === undefined ? undefined : 1_000 * visibilitySeconds(seconds);
  const messages = queue.receive(limit, visibilityMs).map((message) => ({
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5Of(message.body),
    ...(names.length > 0 && { Attributes: chosen({ ...systemAttributesOf(message) }, names) }),
  }));
  return reply(messages.length > 0 ? { Messages: messages } : {});
}

function chosen(attributes: Readonly<Record<string, string>>, names: readonly string[]) {
  const wanted = Object.entries(attributes).filter(
    ([name]) => names.includes("All") || names.includes(name),
  );
  return Object.fromEntries(wanted);
}

function visibilitySeconds(seconds: number): number {
  if (seconds < 0 || seconds > maxVisibilitySeconds) {
    const reason = `VisibilityTimeout must be an integer between 0 and ${maxVisibilitySeconds}`;
    throw invalidValue(String(seconds), "VisibilityTimeout", reason);
  }
  return seconds;
}

function resourceArn(action: string, call: ActionCall): string {
  if (action === "CreateQueue" || action === "GetQueueUrl") {
    return arnOf(placeOf(call), inputOf(call.request, byNameInput).QueueName);
  }
  return arnOfUrl(inputOf(call.request, byUrl).QueueUrl, call.region);
}

function placeOf({ identity, region }: ActionCall): QueuePlace {
  return { account: identity.account, region };
}

function missing(parameter: string): never {
  throw missingParameter(parameter);
}

function reply(answer: object): AwsReply {
  return {
    status: 200,
    contentType: "application/x-amz-json-1.0",
    body: JSON.stringify(answer),
  };
}
