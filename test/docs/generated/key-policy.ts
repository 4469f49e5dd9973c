/**
 * What the policy of a stage's own key has to say. The roles need nothing there: the first statement,
 * which every key has when it is made, leaves them to their own policies.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
import { nameOf } from "../../../src/deploy/template/part.ts";
import type { Place } from "./statements.ts";

export function keyPolicy(stage: string, place: Place) {
  const { "AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account } = place;
  const arn = (service: string, name: string) =>
    `arn:${partition}:${service}:${region}:${account}:${name}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "WhoeverMayByIam",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "AlarmsTellTheTopic",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": arn("cloudwatch", `alarm:${nameOf(stage)}-*`) },
        },
      },
      {
        Sid: "LogsOfTheFunctions",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: [
          "kms:Encrypt*",
          "kms:Decrypt*",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:Describe*",
        ],
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": arn(
              "logs",
              `log-group:/aws/lambda/${nameOf(stage)}-*`,
            ),
          },
        },
      },
    ],
  };
}
