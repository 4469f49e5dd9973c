/** Who is told: by the alarms, and by the refresh function of single clusters. */
import { type Deployment, nameOf, ref, type TemplatePart } from "./part.ts";

export function topic({ stage }: Deployment): TemplatePart {
  return {
    resources: {
      AlarmTopic: {
        Type: "AWS::SNS::Topic",
        Properties: { TopicName: `${nameOf(stage)}-alarms` },
      },
    },
    outputs: {
      AlarmTopicArn: { Description: "Subscribe to hear of failures.", Value: ref("AlarmTopic") },
    },
  };
}
