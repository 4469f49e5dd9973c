/** The refresh queue and its dead letters. */
import { maxReceiveCount, refreshTimeoutSeconds } from "../../stack/limits.ts";
import { stackNames } from "../../stack/names.ts";
import { type Deployment, getAtt, type TemplatePart } from "./part.ts";

/** AWS advises six times as long: a message must not come back while it is worked on. */
const visibilityTimeoutSeconds = 6 * refreshTimeoutSeconds;

/** Older messages are superseded anyway. */
const retentionSeconds = 4 * 3_600;

const deadLetterRetentionSeconds = 14 * 86_400;

export function queues({ stage, config }: Deployment): TemplatePart {
  const { refreshQueue, deadLetterQueue } = stackNames(stage);
  const { kmsKeyArn } = config.aws;
  const encryption =
    kmsKeyArn === undefined ? { SqsManagedSseEnabled: true } : { KmsMasterKeyId: kmsKeyArn };
  return {
    resources: {
      // One group per cluster: its sweeps never overlap, and a dead cluster delays no other.
      RefreshQueue: {
        Type: "AWS::SQS::Queue",
        Properties: {
          QueueName: refreshQueue,
          FifoQueue: true,
          DeduplicationScope: "messageGroup",
          FifoThroughputLimit: "perMessageGroupId",
          VisibilityTimeout: visibilityTimeoutSeconds,
          MessageRetentionPeriod: retentionSeconds,
          RedrivePolicy: {
            deadLetterTargetArn: getAtt("RefreshDeadLetterQueue", "Arn"),
            maxReceiveCount,
          },
          ...encryption,
        },
      },
      // For what can't be understood; a cluster that fails doesn't end here.
      RefreshDeadLetterQueue: {
        Type: "AWS::SQS::Queue",
        Properties: {
          QueueName: deadLetterQueue,
          FifoQueue: true,
          MessageRetentionPeriod: deadLetterRetentionSeconds,
          ...encryption,
        },
      },
    },
  };
}
