/** What each of the functions may, beside minting. */
import { recordPrefix } from "../../clusters/record-name.ts";
import { keyStatements } from "./key-statements.ts";
import { type Deployment, getAtt, ownArn, ref, sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

/** See which clusters there are, and queue them. It can't read a kubeconfig. */
export function dispatchStatements({ config }: Deployment): Statement[] {
  return [
    // Names and tags of all secrets, no value. AWS knows no resource for this action: `*` is the
    // narrowest that it takes.
    allow(["secretsmanager:ListSecrets"], "*"),
    allow(["sqs:SendMessage"], getAtt("RefreshQueue", "Arn")),
    ...keyStatements(config, { write: ["sqs"], read: [] }),
    writeLogs("DispatchLogGroup"),
  ];
}

/** Work on one cluster after another, by name. It can't list them. */
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
  return sub(ownArn("secretsmanager", `secret:${recordPrefix(stage)}*`));
}

/** The first three are what Lambda needs to feed the function; the last one is the delay of a retry. */
const queueActions = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ChangeMessageVisibility",
];

/** Into the function's own log group, which the stack makes: the function can't make another. */
function writeLogs(group: "DispatchLogGroup" | "RefreshLogGroup"): Statement {
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], sub(`\${${group}.Arn}:*`));
}
