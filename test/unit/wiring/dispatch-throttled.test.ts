/** The dispatch function where another program uses up the account's quota. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StoreError } from "../../../src/errors.ts";
import { wireDispatch } from "../../../src/wiring/dispatch.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { faults } from "../../fakes/aws/faults.ts";
import { linesOf } from "../telemetry/captured-output.ts";

const listSecrets = "secretsmanager:ListSecrets";
let aws: FakeAws;

beforeEach(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

test("gives up half a minute before Lambda would end it, and says what refused", async () => {
  aws.fail(listSecrets, faults.throttling);
  const dispatch = dispatchTo(aws.queues.create("refresh.fifo").url);
  const remainingMs = 30_400.5;
  const startedAtMs = performance.now();
  await linesOf(async () => {
    const error = await dispatch(tick, invocation(remainingMs)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      kind: "throttled",
      message: `${listSecrets} in us-east-1 was given up after 0 pages: AWS throttles it, or answers slowly`,
    });
  });
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  expect(aws.count(listSecrets)).toBeLessThan(16);
});

const tick = { source: "aws.events", time: "2026-11-21T12:00:00Z" };

const invocation = (remainingMs: number) => ({
  awsRequestId: "request-1",
  getRemainingTimeInMillis: () => remainingMs,
});

function dispatchTo(queueUrl: string) {
  return wireDispatch({
    stage: "dev",
    region: aws.region,
    account: aws.account,
    queueUrl,
    topicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
    schedulePeriodMinutes: 10,
    configFile: "not read here",
  });
}
