/**
 * What whoever deploys and removes stages has to be allowed: what Serverless asks, what CloudFormation
 * does in their name, and what is looked at around it. Pure.
 */
import { allow, type Statement } from "../template/statement.ts";
import { networkRights, vpcFunctionRights } from "./network-rights.ts";
import { resourceRights } from "./resource-rights.ts";

interface NamedStatement extends Statement {
  readonly Sid: string;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly NamedStatement[];
}

/** What Serverless itself asks: of the stack, and of the bucket with its packages. */
const serverless = [
  "cloudformation:CreateChangeSet",
  "cloudformation:DeleteChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:ExecuteChangeSet",
  "cloudformation:DeleteStack",
  "cloudformation:DescribeStacks",
  "cloudformation:DescribeStackEvents",
  "cloudformation:DescribeStackResource",
  "cloudformation:ListStackResources",
  "cloudformation:ValidateTemplate",
  "lambda:GetFunction",
  "s3:ListBucket",
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
];

/** Without these, a deploy says that it couldn't look. */
const looking = ["secretsmanager:ListSecrets", "sns:ListSubscriptionsByTopic"];

const ours = "ecr-pull-secrets-*";

/** Of these services, what a stage has begins with our name. */
const named: Readonly<Record<string, readonly string[]>> = {
  cloudformation: [`arn:aws:cloudformation:*:*:stack/${ours}`],
  cloudwatch: [
    `arn:aws:cloudwatch:*:*:alarm:${ours}`,
    // It belongs to no region.
    `arn:aws:cloudwatch::*:dashboard/${ours}`,
  ],
  events: [`arn:aws:events:*:*:rule/${ours}`],
  iam: [`arn:aws:iam::*:role/${ours}`],
  // Event source mappings are called by an id; of them, this is only about tags.
  lambda: [`arn:aws:lambda:*:*:function:${ours}`, "arn:aws:lambda:*:*:event-source-mapping:*"],
  logs: [`arn:aws:logs:*:*:log-group:/aws/lambda/${ours}`],
  s3: [`arn:aws:s3:::${ours}`],
  sns: [`arn:aws:sns:*:*:${ours}`],
  sqs: [`arn:aws:sqs:*:*:${ours}`],
};

/** AWS takes no resource for these but *. */
const withoutResource = new Set([
  "cloudformation:ValidateTemplate",
  // It does, but Serverless and CloudFormation ask for all.
  "cloudwatch:DescribeAlarms",
  "lambda:GetEventSourceMapping",
  "logs:DescribeLogGroups",
  "logs:PutQueryDefinition",
  "logs:DeleteQueryDefinition",
  "logs:DescribeQueryDefinitions",
  "secretsmanager:ListSecrets",
]);

/** Which resource it is about says a condition. */
const conditions: Readonly<Record<string, object>> = {
  PassOwnRoles: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
  FeedOwnFunctions: {
    ArnLike: { "lambda:FunctionArn": `arn:aws:lambda:*:*:function:${ours}` },
  },
};

export function deployPolicy(): PolicyDocument {
  const all = [...serverless, ...looking, ...Object.values(resourceRights).flat()];
  const byPart = Map.groupBy([...new Set(all)].sort(), partOf);
  const parts = [...byPart].map(([sid, actions]) => statement(sid, actions));
  return {
    Version: "2012-10-17",
    Statement: [
      ...parts.toSorted((one, other) => (one.Sid < other.Sid ? -1 : 1)),
      statement("OnlyForVpc", vpcFunctionRights),
      statement("OnlyForFixedEgress", Object.values(networkRights).flat()),
    ],
  };
}

function partOf(action: string): string {
  if (action === "iam:PassRole") {
    return "PassOwnRoles";
  }
  if (/^lambda:(?:Create|Update|Delete)EventSourceMapping$/.test(action)) {
    return "FeedOwnFunctions";
  }
  const service = serviceOf(action);
  return withoutResource.has(action)
    ? "WithoutNames"
    : `Own${service.slice(0, 1).toUpperCase()}${service.slice(1)}`;
}

function statement(Sid: string, actions: readonly string[]): NamedStatement {
  const unique = [...new Set(actions)].sort();
  return { Sid, ...allow(unique, resourceOf(Sid, unique), conditions[Sid]) };
}

function resourceOf(sid: string, [action = ""]: readonly string[]): Statement["Resource"] {
  const isNamed = sid === "PassOwnRoles" || sid.startsWith("Own");
  const [only = "*", ...others] = (isNamed && named[serviceOf(action)]) || [];
  return others.length === 0 ? only : [only, ...others];
}

function serviceOf(action: string): string {
  return action.split(":")[0] ?? "";
}
