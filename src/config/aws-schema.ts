/** How the stack is deployed in AWS. Every option is off until somebody asks for it. */
import * as z from "zod";
import { kmsKeyArn, text, wholeNumber } from "./fields.ts";
import type { AwsOptions } from "./stage-config.ts";
import { tags } from "./tags-schema.ts";
import { vpc } from "./vpc-schema.ts";

const policyArn = text(
  /^(?=.{1,256}$)arn:aws[a-z-]{0,10}:iam::(\d{12}|aws):policy\/([!-.0-~]+\/)*[\w+=,.@-]{1,128}$/,
  "the ARN of a policy, such as arn:aws:iam::111122223333:policy/boundary",
);

/**
 * As Serverless takes them, which lacks one of AWS's own (1096):
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const defaultQueueConcurrency = 50;

/** What Lambda takes for a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const queueConcurrency = wholeNumber(2, 1_000);
export const reservedConcurrency = wholeNumber(2, 100_000);

const concurrency = z
  .strictObject({
    queue: queueConcurrency
      .optional()
      .describe(`Clusters that are swept at once, 2 to 1000. Default: ${defaultQueueConcurrency}.`),
    reserved: reservedConcurrency
      .optional()
      .describe(
        "Concurrency that is set aside for the refresh function, and bounds it: at least as much " +
          "as queue, and better a few more, for whoever asks the function meanwhile. It is taken " +
          "from the account's, of which Lambda keeps 100 for functions without any. It costs " +
          "nothing. Default: none set aside.",
      ),
  })
  .optional()
  .describe("How much runs at the same time.");

export const awsOptions = z
  .strictObject({
    kmsKeyArn: kmsKeyArn
      .optional()
      .describe(
        "Your own KMS key, in the stage's region, for both queues, the topic, both log groups, " +
          "and the records that register makes from then on. Its policy has to let CloudWatch " +
          "and the functions use it: `npx ecr-pull-secrets validate config/<stage>.yml` prints " +
          "the statements; without them no alarm is heard of. AWS asks $1 a month for the key " +
          "and $0.03 for 10,000 uses: one per sweep, about $0.01 a month for each cluster at " +
          "the default schedule (list price of us-east-1, November 2026: " +
          "https://aws.amazon.com/kms/pricing/). Default: AWS's own keys, for free.",
      ),
    permissionsBoundary: policyArn
      .optional()
      .describe("ARN of a policy that bounds the roles of both functions. Default: none."),
    tags: tags
      .optional()
      .describe(
        "Tags for everything in the stack, and for the records that register makes from then " +
          "on: up to 40. Default: none.",
      ),
    logRetentionDays: z
      .literal(retentionDays)
      .optional()
      .describe(
        "How long the functions' logs are kept; storage costs $0.03 per GB and month " +
          "(list price of us-east-1, November 2026). Default: 30.",
      ),
    vpc: vpc.optional(),
    concurrency,
  })
  .prefault({})
  .transform(
    (given): AwsOptions => ({
      kmsKeyArn: given.kmsKeyArn,
      permissionsBoundary: given.permissionsBoundary,
      tags: given.tags ?? {},
      logRetentionDays: given.logRetentionDays ?? 30,
      vpc: given.vpc,
      concurrency: {
        queue: given.concurrency?.queue ?? defaultQueueConcurrency,
        reserved: given.concurrency?.reserved,
      },
    }),
  )
  .describe("How the stack is deployed in AWS.");
