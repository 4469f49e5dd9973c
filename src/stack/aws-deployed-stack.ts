/** A stage that is deployed in AWS, found by the names of its parts. */
import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import type { DeployedStack } from "./deployed-stack.ts";
import { createFunctionInvoker, type InvokerOptions } from "./invoke-function.ts";
import { isDeployable, longestStage, stackNames } from "./names.ts";
import { StackError } from "./stack-error.ts";

/** What stage it is isn't checked: of one that can't be deployed, nothing is there. */
export function createDeployedStack(options: InvokerOptions): DeployedStack {
  const { session, region, stage } = options;
  if (!isDeployable(stage, region)) {
    return nothingDeployed(stage, region);
  }
  const names = stackNames(stage);
  const credentials = session.credentialsOf(undefined);
  const config = { ...session.clientConfig, region, credentials };
  const lambda = new LambdaClient(config);
  const eventBridge = new EventBridgeClient(config);
  const sqs = new SQSClient(config);
  const invoke = createFunctionInvoker(options);
  return {
    refreshFunction: () => describeFunction(lambda, { region, name: names.functions.refresh }),
    ask: (cluster, mode, image) => invoke(names.functions.refresh, { cluster, mode, image }),
    schedule: () => describeSchedule(eventBridge, { region, name: names.schedule }),
    deadLetters: () => countMessages(sqs, { region, name: names.deadLetterQueue }),
  };
}

interface Part {
  readonly region: string;
  readonly name: string;
}

const functionSchema = z.object({
  FunctionName: z.string().regex(/^[\w-]{1,64}$/),
  Role: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/),
});

async function describeFunction(client: LambdaClient, { region, name }: Part) {
  const resource = `function ${name}`;
  const call: AwsCall = { action: "lambda:GetFunctionConfiguration", region, resource };
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  const answer = await askAws(call, () => client.send(command).catch(undefinedIfMissing));
  if (answer === undefined) return undefined;
  const { FunctionName, Role } = readAwsAnswer(call, functionSchema, answer);
  return { name: FunctionName, roleArn: Role };
}

/** EventBridge tells more than one kind of enabled. */
const ruleSchema = z.object({ State: z.string().regex(/^(?:ENABLED|DISABLED)/) });

async function describeSchedule(client: EventBridgeClient, { region, name }: Part) {
  const call: AwsCall = { action: "events:DescribeRule", region, resource: `rule ${name}` };
  const command = new DescribeRuleCommand({ Name: name });
  const answer = await askAws(call, () => client.send(command).catch(undefinedIfMissing));
  if (answer === undefined) return undefined;
  const { State } = readAwsAnswer(call, ruleSchema, answer);
  return State === "DISABLED" ? "disabled" : "enabled";
}

const urlSchema = z.object({ QueueUrl: z.url() });
const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
/** In flight is what somebody looks at right now; it is still there. */
const countSchema = z
  .object({
    ApproximateNumberOfMessages: count,
    ApproximateNumberOfMessagesNotVisible: count,
  })
  .transform((it) => it.ApproximateNumberOfMessages + it.ApproximateNumberOfMessagesNotVisible);
const attributesSchema = z.object({ Attributes: countSchema });

async function countMessages(client: SQSClient, { region, name }: Part) {
  const resource = `queue ${name}`;
  const find: AwsCall = { action: "sqs:GetQueueUrl", region, resource };
  const urlCommand = new GetQueueUrlCommand({ QueueName: name });
  const found = await askAws(find, () => client.send(urlCommand).catch(undefinedIfMissing));
  if (found === undefined) return undefined;
  const { QueueUrl } = readAwsAnswer(find, urlSchema, found);
  const call: AwsCall = { action: "sqs:GetQueueAttributes", region, resource };
  const command = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  const answer = await askAws(call, () => client.send(command).catch(undefinedIfMissing));
  return answer && readAwsAnswer(call, attributesSchema, answer).Attributes;
}

const isMissing = named("ResourceNotFoundException", "QueueDoesNotExist");

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(readSdkError(error))) throw error;
}

function nothingDeployed(stage: string, region: string): DeployedStack {
  const nothing = async () => undefined;
  return {
    refreshFunction: nothing,
    async ask() {
      throw new StackError(
        `no stage called ${JSON.stringify(stage)} can be deployed to ${region}`,
        {
          hint: `Use up to ${longestStage(region)} letters, digits and hyphens.`,
        },
      );
    },
    schedule: nothing,
    deadLetters: nothing,
  };
}
