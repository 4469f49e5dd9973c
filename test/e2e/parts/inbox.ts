/** What somebody gets who has subscribed to a topic. */
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { AwsEmulator } from "./aws-emulator.ts";

export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** Values by names. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: Date;
}

export interface Inbox {
  /** All so far, oldest first. */
  mails(): Promise<readonly Mail[]>;
}

/** As SNS wraps what it delivers. */
const envelope = z
  .object({
    Type: z.literal("Notification"),
    Subject: z.string().default(""),
    Message: z.string(),
    MessageAttributes: z
      .record(
        z.string(),
        z.object({ Value: z.string() }).transform(({ Value }) => Value),
      )
      .default({}),
    Timestamp: z.iso.datetime(),
  })
  .transform(({ Subject, Message, MessageAttributes, Timestamp }): Mail => {
    const sentAt = new Date(Timestamp);
    return { subject: Subject, text: Message, attributes: MessageAttributes, sentAt };
  });

/** Subscribes a queue of its own to the topic. */
export async function openInbox(
  { endpoint, region, account, credentials }: AwsEmulator,
  topic: string,
): Promise<Inbox> {
  const sqs = new SQSClient({ endpoint, region, credentials });
  const topicArn = `arn:aws:sns:${region}:${account}:${topic}`;
  const name = `${topic}-inbox`;
  const queueArn = `arn:aws:sqs:${region}:${account}:${name}`;
  const command = new CreateQueueCommand({
    QueueName: name,
    Attributes: { Policy: admit(topicArn, queueArn) },
  });
  const { QueueUrl } = await sqs.send(command);
  const subscription = { TopicArn: topicArn, Protocol: "sqs", Endpoint: queueArn };
  await new SNSClient({ endpoint, region, credentials }).send(new SubscribeCommand(subscription));
  const mails: Mail[] = [];
  return {
    mails: async () => {
      for (;;) {
        const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
        const { Messages = [] } = await sqs.send(receive);
        if (Messages.length === 0) break;
        mails.push(...Messages.map(({ Body = "" }) => envelope.parse(JSON.parse(Body))));
        const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
      return mails.toSorted((one, other) => one.sentAt.getTime() - other.sentAt.getTime());
    },
  };
}

/** SNS delivers to no queue that doesn't say so. */
function admit(topicArn: string, queueArn: string): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
