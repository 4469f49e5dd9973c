/** What refresh may: work on one cluster after another, by name. It can't list them. */
import { keyStatements } from "./key-statements.ts";
import { writeLogs } from "./log-statement.ts";
import { type Deployment, getAtt, pseudo, ref, sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

export function refreshStatements({ stage, config }: Deployment): Statement[] {
  return [
    allow(recordActions, recordsOf(stage)),
    allow(tagActions, recordsOf(stage), onlyOwnTags),
    allow(queueActions, getAtt("RefreshQueue", "Arn")),
    allow(["sns:Publish"], ref("AlarmTopic")),
    ...keyStatements(config, { write: ["secretsmanager", "sns"], read: ["sqs"] }),
    writeLogs("RefreshLogGroup"),
  ];
}

/** This stage's clusters: their kubeconfigs, and the state in their tags, to be read. */
const recordActions = [
  "secretsmanager:GetSecretValue",
  "secretsmanager:DescribeSecret",
  // The next token, and with it the next kubeconfig; DescribeSecret tells whether somebody else
  // put another one meanwhile.
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

const tagActions = ["secretsmanager:TagResource", "secretsmanager:UntagResource"];

/** Other tags of a record may decide who may read it: whoever has this role can't change those. */
const onlyOwnTags = { "ForAllValues:StringLike": { "aws:TagKeys": ["ecr-pull-secrets:*"] } };

/** The `*` also stands for the six characters that AWS puts behind a secret's name. */
function recordsOf(stage: string) {
  return sub(
    `arn:${pseudo("Partition")}:secretsmanager:${pseudo("Region")}:${pseudo("AccountId")}` +
      `:secret:ecr-pull-secrets/${stage}/clusters/*`,
  );
}

/** The first three are what Lambda needs to feed the function; the last one is the delay of a retry. */
const queueActions = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ChangeMessageVisibility",
];
