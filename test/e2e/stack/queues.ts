/** The stack's two queues, and what somebody puts into them by hand. */
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface Queues {
  send(body: string, group: string): Promise<void>;
  /** Messages that wait or are being worked on. */
  pending(): Promise<number>;
  /** Bodies; they stay in the queue. */
  deadLetters(): Promise<readonly string[]>;
  deadLetterCount(): Promise<number>;
  /** Seconds for which a received message is hidden, of those that are received from now on. */
  hideFor(seconds: number): Promise<void>;
}

export function createQueues(
  { endpoint, region, account, credentials }: AwsEmulator,
  name: string,
) {
  const client = new SQSClient({ endpoint, region, credentials });
  const urlOf = (queue: string) => `${endpoint}/${account}/${name}-${queue}.fifo`;
  const QueueUrl = urlOf("refresh");
  const visible = "ApproximateNumberOfMessages";
  const counts = [visible, "ApproximateNumberOfMessagesNotVisible"] as const;
  const count = async (url: string, names: readonly (typeof counts)[number][]) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
    const { Attributes = {} } = await client.send(command);
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  return {
    send: async (body, group) => {
      const ids = { MessageGroupId: group, MessageDeduplicationId: `${group}-${Date.now()}` };
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...ids }));
    },
    pending: () => count(QueueUrl, counts),
    deadLetterCount: () => count(urlOf("refresh-dlq"), [visible]),
    deadLetters: async () => {
      const command = new ReceiveMessageCommand({
        QueueUrl: urlOf("refresh-dlq"),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      });
      const { Messages = [] } = await client.send(command);
      return Messages.map(({ Body = "" }) => Body);
    },
    hideFor: async (seconds) => {
      const Attributes = { VisibilityTimeout: String(seconds) };
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    },
  } satisfies Queues;
}
