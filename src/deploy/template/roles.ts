/** Who may do what: a role per function, with nothing in it that the config doesn't need. */
import { mintStatements } from "./mint-statements.ts";
import {
  type Deployment,
  getAtt,
  nameOf,
  pseudo,
  type Resource,
  ref,
  sub,
  type TemplatePart,
} from "./part.ts";
import { allow, type Statement } from "./statement.ts";

export function roles(deployment: Deployment): TemplatePart {
  return {
    resources: {
      DispatchRole: role("dispatch", deployment, { dispatch: dispatchStatements() }),
      RefreshRole: role("refresh", deployment, {
        refresh: refreshStatements(deployment),
        mint: mintStatements(deployment.config),
      }),
    },
  };
}

function role(
  name: string,
  { stage }: Deployment,
  policies: Readonly<Record<string, readonly Statement[]>>,
): Resource {
  const trust = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "lambda.amazonaws.com" },
  };
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      RoleName: sub(`${nameOf(stage)}-${name}-${pseudo("Region")}`),
      AssumeRolePolicyDocument: document([trust]),
      Policies: Object.entries(policies).map(([PolicyName, statements]) => ({
        PolicyName,
        PolicyDocument: document(statements),
      })),
    },
  };
}

function document(statements: readonly object[]) {
  return { Version: "2012-10-17", Statement: statements };
}

function dispatchStatements(): Statement[] {
  return [
    // The names and tags of secrets, not their values. AWS takes no resource but *.
    allow(["secretsmanager:ListSecrets"], "*"),
    allow(["sqs:SendMessage"], getAtt("RefreshQueue", "Arn")),
    writeLogs("DispatchLogGroup"),
  ];
}

function refreshStatements({ stage }: Deployment): Statement[] {
  return [
    // This stage's clusters: their kubeconfigs, and the state in their tags.
    allow(
      [
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        // The next token, and with it the next kubeconfig; DescribeSecret tells whether somebody
        // else put another one meanwhile.
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      sub(
        `arn:${pseudo("Partition")}:secretsmanager:${pseudo("Region")}:${pseudo("AccountId")}` +
          `:secret:ecr-pull-secrets/${stage}/clusters/*`,
      ),
    ),
    allow(
      [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
      ],
      getAtt("RefreshQueue", "Arn"),
    ),
    allow(["sns:Publish"], ref("AlarmTopic")),
    writeLogs("RefreshLogGroup"),
  ];
}

function writeLogs(group: string): Statement {
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], sub(`\${${group}.Arn}:*`));
}
