/** What the stack promises to the code, and the code to it. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stackTemplate } from "../../../src/deploy/template/template.ts";
import { refreshTimeoutSeconds } from "../../../src/stack/limits.ts";
import { retryDelaySeconds } from "../../../src/worker/message-outcome.ts";
import { deploymentOf } from "./deployment.ts";

const root = resolve(import.meta.dirname, "../../..");
const service = parse(readFileSync(resolve(root, "serverless.yml"), "utf8"), {
  logLevel: "silent",
});
const { refresh } = service.functions;

interface QueueProperties {
  readonly VisibilityTimeout: number;
  readonly MessageRetentionPeriod: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
}

function propertiesOf<T = Record<string, unknown>>(name: string): T {
  return stackTemplate(deploymentOf()).Resources[name]?.Properties as T;
}

const queue = propertiesOf<QueueProperties>("RefreshQueue");

describe("the queue", () => {
  test("hides a message for six times as long as the function may take", () => {
    expect(refresh.timeout).toBe(refreshTimeoutSeconds);
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * refresh.timeout);
  });

  test("keeps a failed message for longer than all its retries take", () => {
    const { maxReceiveCount } = queue.RedrivePolicy;
    expect(maxReceiveCount).toBe(5);
    const message = { cluster: "eu", tick: new Date() };
    const delays = Array.from({ length: maxReceiveCount - 1 }, (_, index) =>
      retryDelaySeconds({ message, receiveCount: index + 1 }),
    );
    const sweeps = maxReceiveCount * refresh.timeout;
    const seconds = delays.reduce((sum, each) => sum + each, sweeps);
    expect(queue.MessageRetentionPeriod).toBeGreaterThan(seconds);
  });

  test("holds one group back without the others, and drops what is sent twice within it", () => {
    expect(queue).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    });
  });

  test("sends what can't be understood to a queue that keeps it for two weeks", () => {
    expect(queue.RedrivePolicy).toMatchObject({
      deadLetterTargetArn: { "Fn::GetAtt": ["RefreshDeadLetterQueue", "Arn"] },
    });
    expect(propertiesOf("RefreshDeadLetterQueue")).toMatchObject({
      QueueName: "ecr-pull-secrets-prod-refresh-dlq.fifo",
      FifoQueue: true,
      MessageRetentionPeriod: 14 * 86_400,
    });
  });

  test("feeds one message at a time, to few functions, and hears which ones failed", () => {
    expect(refresh.events).toMatchObject([
      {
        sqs: {
          batchSize: 1,
          maximumConcurrency: expect.stringContaining("custom.stage.maximumConcurrency"),
          functionResponseType: "ReportBatchItemFailures",
        },
      },
    ]);
  });
});

test("everything in the stack gets the config's tags", () => {
  // CloudFormation hands them on to each resource.
  expect(service.provider.stackTags).toBe(`\${self:custom.stage.tags}`);
});

test.each(globSync("functions/*.ts", { cwd: root }))(
  "%s only translates: 30 lines at most",
  (file) => {
    expect(readFileSync(resolve(root, file), "utf8").trimEnd().split("\n").length).toBeLessThan(31);
  },
);
