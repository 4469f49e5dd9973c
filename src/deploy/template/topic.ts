/** Who is told: by the alarms, and by the refresh function of single clusters. */
import { stackNames } from "../../stack/names.ts";
import { type Deployment, type Resource, ref, type TemplatePart } from "./part.ts";

export function topic({ stage, config }: Deployment): TemplatePart {
  const { kmsKeyArn } = config.aws;
  const { email } = config.alarms;
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
      ...(email !== undefined && { AlarmEmail: subscription(email) }),
    },
    outputs: {
      AlarmTopicArn: { Description: "Subscribe to hear of failures.", Value: ref("AlarmTopic") },
    },
  };
}

/** AWS asks there for consent; until then it tells nothing. */
function subscription(address: string): Resource {
  return {
    Type: "AWS::SNS::Subscription",
    Properties: { TopicArn: ref("AlarmTopic"), Protocol: "email", Endpoint: address },
  };
}
