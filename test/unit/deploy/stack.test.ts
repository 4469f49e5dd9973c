/** What `serverless.yml` and its resources promise to the code, and the code to them. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { retryDelaySeconds } from "../../../src/worker/message-outcome.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) =>
  parse(readFileSync(resolve(root, file), "utf8"), { logLevel: "silent" });
const service = read("serverless.yml");
const { Resources: resources } = read("src/deploy/resources.yml");
const queue = resources.RefreshQueue.Properties;

describe("the queue", () => {
  test("hides a message for six times as long as the function may take", () => {
    const { refreshTimeoutSeconds, refreshVisibilitySeconds } = service.custom;
    expect(service.functions.refresh.timeout).toContain("self:custom.refreshTimeoutSeconds");
    expect(queue.VisibilityTimeout).toContain("self:custom.refreshVisibilitySeconds");
    expect(refreshVisibilitySeconds).toBeGreaterThanOrEqual(6 * refreshTimeoutSeconds);
  });

  test("keeps a failed message for longer than all its retries take", () => {
    const { maxReceiveCount } = queue.RedrivePolicy;
    expect(maxReceiveCount).toBe(5);
    const message = { cluster: "eu", tick: new Date() };
    const delays = Array.from({ length: maxReceiveCount - 1 }, (_, index) =>
      retryDelaySeconds({ message, receiveCount: index + 1 }),
    );
    const sweeps = maxReceiveCount * service.custom.refreshTimeoutSeconds;
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

  test("feeds one message at a time, to few functions, and hears which ones failed", () => {
    expect(service.functions.refresh.events).toMatchObject([
      {
        sqs: {
          batchSize: 1,
          maximumConcurrency: 50,
          functionResponseType: "ReportBatchItemFailures",
        },
      },
    ]);
  });
});

describe("a role", () => {
  test.each([
    ["DispatchRole", ["secretsmanager:ListSecrets"]],
    ["RefreshRole", []],
  ])("%s asks for * only where AWS takes nothing else", (name, all) => {
    const statements = resources[name].Properties.Policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: unknown } }) =>
        Array.isArray(PolicyDocument.Statement) ? PolicyDocument.Statement : [],
    );
    expect(statements.length).toBeGreaterThan(1);
    const wide = statements.filter(({ Resource }: { Resource: unknown }) => Resource === "*");
    expect(wide.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual(all);
    expect(JSON.stringify(statements)).not.toMatch(/"[a-z]+:\*"/);
  });

  test("of the refresh function may renew a record, and neither make nor delete one", () => {
    const [{ PolicyDocument }] = resources.RefreshRole.Properties.Policies;
    const [records, ...others] = PolicyDocument.Statement;
    expect(records.Action).toEqual([
      "secretsmanager:GetSecretValue",
      "secretsmanager:DescribeSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UntagResource",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]);
    expect(records.Resource).toMatch(/:secret:ecr-pull-secrets\/\$\{sls:stage\}\/clusters\/\*$/);
    expect(others.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:GetQueueAttributes",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]);
  });
});

test.each(globSync("functions/*.ts", { cwd: root }))(
  "%s only translates: 30 lines at most",
  (file) => {
    expect(readFileSync(resolve(root, file), "utf8").trimEnd().split("\n").length).toBeLessThan(31);
  },
);
