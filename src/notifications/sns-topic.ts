/** The stage's topic in Amazon SNS: alarms go there as well, and people subscribe to it. */
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { askAws } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";
import { type ClusterNotice, NotificationError, type Notify } from "./notice.ts";
import { type NoticePlace, writeNotice } from "./notice-text.ts";

export interface TopicOptions {
  readonly session: AwsSession;
  readonly topicArn: string;
  readonly place: NoticePlace;
  readonly now: () => Date;
  readonly timeoutMs?: number;
}

/** A notice is told after the sweep, in the few seconds that the function keeps for its report. */
const defaultTimeoutMs = 3_000;
const maxAttempts = 2;

export function createTopic(options: TopicOptions): Notify {
  const { session, topicArn, place, now, timeoutMs = defaultTimeoutMs } = options;
  const { region } = place;
  const credentials = session.credentialsOf(undefined);
  const client = new SNSClient({ ...session.clientConfig, region, credentials, maxAttempts });
  const call: AwsCall = { action: "sns:Publish", region, resource: `topic ${topicArn}` };
  return async (notice) => {
    const { subject, body } = writeNotice(notice, { place, now: now() });
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: body,
      MessageAttributes: attributesOf(notice, place),
    });
    const abortSignal = AbortSignal.timeout(timeoutMs);
    await askAws(call, () => client.send(command, { abortSignal }), NotificationError).catch(
      (error: unknown) => {
        throw abortSignal.aborted ? tooLate(call, timeoutMs) : error;
      },
    );
  };
}

/** For the filter policies of those who want to hear of some clusters only. */
function attributesOf({ cluster, change }: ClusterNotice, { stage }: NoticePlace) {
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  return { stage: text(stage), cluster: text(cluster), change: text(change) };
}

function tooLate({ action, region, resource }: AwsCall, timeoutMs: number): NotificationError {
  const message = `no answer to ${action} on ${resource} in ${region} within ${timeoutMs / 1_000} s`;
  const hint =
    "A function in a network of its own needs a way to SNS: a NAT gateway, or an endpoint in its VPC.";
  return new NotificationError("unreachable", message, { hint });
}
