/** The mail address of the stage's config. AWS asks there for consent; until then it tells nothing. */
import { type Deployment, ref, type TemplatePart } from "./part.ts";

export function subscription({ config }: Deployment): TemplatePart {
  const { email } = config.alarms;
  if (email === undefined) return {};
  return {
    resources: {
      AlarmEmail: {
        Type: "AWS::SNS::Subscription",
        Properties: { TopicArn: ref("AlarmTopic"), Protocol: "email", Endpoint: email },
      },
    },
  };
}
