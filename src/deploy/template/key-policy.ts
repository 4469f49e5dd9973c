/**
 * What the policy of a customer's KMS key has to allow, beside what is in it: the stack can't write
 * it, and without it CloudWatch encrypts no log, and publishes no alarm, without a word.
 */
import { logGroupOf, roleName, stackNames } from "../../stack/names.ts";

/** Where a stage is deployed. */
export interface KeyPlace {
  readonly stage: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export interface KeyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  /** In a key's policy, the key itself. */
  readonly Resource: "*";
  readonly Condition: object;
}

/** If the stack is in the key's account; AWS takes none of another region. */
export function placeOfKey(kmsKeyArn: string, stage: string): KeyPlace {
  const [, partition = "", , region = "", account = ""] = kmsKeyArn.split(":");
  return { stage, partition, region, account };
}

/** Needs nothing to be there yet, so that it can be written before the first deploy. */
export function keyPolicyStatements(place: KeyPlace): KeyStatement[] {
  return [alarms(place), logs(place), functions(place)];
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services */
function alarms({ stage, partition, region, account }: KeyPlace): KeyStatement {
  const alarm = `arn:${partition}:cloudwatch:${region}:${account}:alarm:${stackNames(stage).stack}-*`;
  return {
    Sid: "EcrPullSecretsAlarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": alarm },
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function logs({ stage, partition, region, account }: KeyPlace): KeyStatement {
  const groups = logGroupOf(`${stackNames(stage).stack}-*`);
  const arn = `arn:${partition}:logs:${region}:${account}:log-group:${groups}`;
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    Sid: "EcrPullSecretsLogs",
    Effect: "Allow",
    Principal: { Service: `logs.${region}.${suffix}` },
    Action: [
      "kms:Encrypt*",
      "kms:Decrypt*",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:Describe*",
    ],
    Resource: "*",
    Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": arn } },
  };
}

/**
 * Only where the policy doesn't leave it to the account's IAM already, as the console's own does.
 * By the account and a condition: a principal that isn't there yet would be refused.
 */
function functions({ stage, partition, region, account }: KeyPlace): KeyStatement {
  const roles = (["dispatch", "refresh"] as const).map(
    (each) => `arn:${partition}:iam::${account}:role/${roleName(stage, each, region)}`,
  );
  return {
    Sid: "EcrPullSecretsFunctions",
    Effect: "Allow",
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: "*",
    Condition: { ArnEquals: { "aws:PrincipalArn": roles } },
  };
}
