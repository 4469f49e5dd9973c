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
  const counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  return {
    send: async (body, group) => {
      const ids = { MessageGroupId: group, MessageDeduplicationId: `${group}-${Date.now()}` };
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...ids }));
    },
    pending: async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] });
      const { Attributes = {} } = await client.send(command);
      return counts.reduce((sum, count) => sum + Number(Attributes[count]), 0);
    },
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
