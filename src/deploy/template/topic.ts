/** Who is told: by the alarms, and by the refresh function of single clusters. */
import { stackNames } from "../../stack/names.ts";
import { type Deployment, ref, type TemplatePart } from "./part.ts";

export function topic({ stage, config }: Deployment): TemplatePart {
  const { kmsKeyArn } = config.aws;
  return {
    resources: {
      AlarmTopic: {
        Type: "AWS::SNS::Topic",
        Properties: {
          TopicName: stackNames(stage).topic,
          // Not AWS's own key for topics: no alarm could speak through it.
          ...(kmsKeyArn !== undefined && { KmsMasterKeyId: kmsKeyArn }),
        },
      },
    },
    outputs: {
      AlarmTopicArn: { Description: "Subscribe to hear of failures.", Value: ref("AlarmTopic") },
    },
  };
}
