import { describe, expect, test } from "vitest";
import {
  type KeyStatement,
  keyPolicyStatements,
  placeOfKey,
} from "../../../../src/deploy/template/key-policy.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import { deploymentOf, keyArn } from "../deployment.ts";

const place = placeOfKey(keyArn, "prod");
const [alarms, logs, functions] = keyPolicyStatements(place);
const { Resources } = stackTemplate(deploymentOf({ aws: { kmsKeyArn: keyArn } }));
const namesOf = (type: string, property: string) =>
  Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties[property]);

describe("the policy of a key", () => {
  test("is for the stage in the key's account and region", () => {
    expect(place).toEqual({
      stage: "prod",
      partition: "aws",
      region: "us-east-1",
      account: "111122223333",
    });
  });

  test("lets the stage's alarms publish to the topic, by every name that they have", () => {
    const names = namesOf("AWS::CloudWatch::Alarm", "AlarmName");
    expect(names.length).toBeGreaterThan(5);
    const prefix = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:";
    expect(alarms).toMatchObject({
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Condition: {
        StringEquals: { "aws:SourceAccount": "111122223333" },
        ArnLike: { "aws:SourceArn": `${prefix}ecr-pull-secrets-prod-*` },
      },
    });
    for (const name of names) expect(name).toMatch(/^ecr-pull-secrets-prod-/);
  });

  test("lets CloudWatch encrypt the stage's log groups, and no other", () => {
    expect(logs).toMatchObject({
      Principal: { Service: "logs.us-east-1.amazonaws.com" },
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn":
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/ecr-pull-secrets-prod-*",
        },
      },
    });
  });

  test("lets both functions' roles use it, by the names that they get", () => {
    const names = namesOf("AWS::IAM::Role", "RoleName").map((name) =>
      JSON.stringify(name).replace(/^\{"Fn::Sub":"(.*)\$\{AWS::Region\}"\}$/, "$1us-east-1"),
    );
    expect(names).toHaveLength(2);
    expect(functions).toMatchObject({
      // A role that isn't there yet can't be a principal.
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Condition: {
        ArnEquals: {
          "aws:PrincipalArn": names.map((name) => `arn:aws:iam::111122223333:role/${name}`),
        },
      },
    });
  });

  test("is bound to the stage in each of its statements", () => {
    const bound = ({ Condition }: KeyStatement) =>
      JSON.stringify(Condition).includes("ecr-pull-secrets-prod-");
    expect(keyPolicyStatements(place).filter(bound)).toHaveLength(3);
  });

  test("names services as another partition calls them", () => {
    const arn = keyArn.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1");
    const [, chinese] = keyPolicyStatements(placeOfKey(arn, "prod"));
    expect(chinese?.Principal).toEqual({ Service: "logs.cn-north-1.amazonaws.com.cn" });
    expect(JSON.stringify(keyPolicyStatements(placeOfKey(arn, "prod")))).not.toMatch(/arn:aws:/);
  });
});
