/** How the stack is deployed in AWS. */
import * as z from "zod";
import { listOf, text } from "./fields.ts";
import type { AwsOptions, VpcConfig } from "./stage-config.ts";

const kmsKeyArn = text(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/,
  "the ARN of a key, such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-…",
);

const policyArn = text(
  /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/([!-.0-~]+\/)*[\w+=,.@-]{1,128}$/,
  "the ARN of a policy, such as arn:aws:iam::111122223333:policy/boundary",
);

const subnetId = text(/^subnet-[0-9a-f]{8,17}$/, "a subnet such as subnet-0123456789abcdef0");
const securityGroupId = text(
  /^sg-[0-9a-f]{8,17}$/,
  "a security group such as sg-0123456789abcdef0",
);

const existing = z
  .strictObject({
    subnetIds: listOf(subnetId, 16).describe("Private subnets, with a way to AWS's own APIs."),
    securityGroupIds: listOf(securityGroupId, 5).describe("What the function may reach."),
  })
  .transform((given): VpcConfig => ({ kind: "existing", ...given }));

const fixedEgress = z
  .strictObject({ fixedEgress: z.literal(true).describe("Make a network with one address.") })
  .transform((): VpcConfig => ({ kind: "fixed-egress" }));

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827];

export const awsOptions = z
  .strictObject({
    kmsKeyArn: kmsKeyArn.optional().describe("Your own key for records, queues, topic and logs."),
    permissionsBoundary: policyArn.optional().describe("Bounds the roles of both functions."),
    tags: z.record(z.string(), z.string()).optional().describe("On all that is made in AWS."),
    logRetentionDays: z.literal(retentionDays).optional().describe("Default: 30."),
    vpc: z.union([existing, fixedEgress]).optional().describe("Where the refresh function runs."),
    concurrency: z
      .strictObject({
        queue: z.int().min(2).max(1000).optional().describe("Clusters swept at once; default 50."),
        reserved: z.int().min(2).optional().describe("Set aside for the refresh function."),
      })
      .optional(),
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
        queue: given.concurrency?.queue ?? 50,
        reserved: given.concurrency?.reserved,
      },
    }),
  )
  .describe("How the stack is deployed in AWS.");
