/** Who hears what a stage's topic is told. */
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";

export interface Subscription {
  /** Of e-mail only: the address of a web hook is a key to it. */
  readonly email: string | undefined;
  /** AWS asks whoever is to hear first, and forgets those who don't answer within two days. */
  readonly confirmed: boolean;
}

const answerSchema = z.object({
  Subscriptions: z
    .array(
      z
        .object({
          Protocol: z.string().optional(),
          Endpoint: z.string().optional(),
          /** In place of an ARN, a word says what it waits for. */
          SubscriptionArn: z.string(),
        })
        .transform(({ Protocol, Endpoint, SubscriptionArn }) => ({
          email: Protocol === "email" ? Endpoint : undefined,
          confirmed: SubscriptionArn.startsWith("arn:"),
        })),
    )
    .default([]),
});

/** The first hundred: more than people can want. @throws AwsError */
export async function listSubscriptions(
  { session, region }: { readonly session: AwsSession; readonly region: string },
  topicArn: string,
): Promise<readonly Subscription[]> {
  const client = new SNSClient({
    ...session.clientConfig,
    region,
    credentials: session.credentialsOf(undefined),
  });
  const call: AwsCall = { action: "sns:ListSubscriptionsByTopic", region, resource: topicArn };
  const command = new ListSubscriptionsByTopicCommand({ TopicArn: topicArn });
  const answer = await askAws(call, () => client.send(command));
  return readAwsAnswer(call, answerSchema, answer).Subscriptions;
}
