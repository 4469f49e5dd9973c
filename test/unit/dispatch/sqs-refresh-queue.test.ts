import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { QueueError } from "../../../src/dispatch/queue-error.ts";
import { parseMessage, type RefreshMessage } from "../../../src/dispatch/refresh-message.ts";
import { createRefreshQueue } from "../../../src/dispatch/sqs-refresh-queue.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { faults } from "../../fakes/aws/faults.ts";

const region = "us-east-1";
const send = "sqs:SendMessageBatch";
const tick = new Date("2026-11-21T12:00:00Z");
let aws: FakeAws;
let url: string;
let pausesMs: number[];

beforeEach(async () => {
  pausesMs = [];
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  url = aws.queues.create("refresh.fifo", { DeduplicationScope: "messageGroup" }).url;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

const numbered = (count: number, at = tick): RefreshMessage[] =>
  Array.from({ length: count }, (_, index) => ({ cluster: `cluster-${index}`, tick: at }));

describe("sending", () => {
  test.each([
    [0, 0],
    [1, 1],
    [10, 1],
    [11, 2],
    [205, 21],
  ])("%i messages takes %i calls", async (count, calls) => {
    await newQueue().send(numbered(count));
    expect(aws.count(send)).toBe(calls);
    const queued = aws.queues.messages(url).map(({ body }) => parseMessage(body).cluster);
    expect(queued.toSorted()).toEqual(
      numbered(count)
        .map(({ cluster }) => cluster)
        .toSorted(),
    );
  });

  test("puts each cluster in a group of its own, and names the tick for deduplication", async () => {
    await newQueue().send(numbered(2));
    expect(aws.queues.messages(url)).toMatchObject([
      { groupId: "cluster-0", deduplicationId: "cluster-0@2026-11-21T12:00:00.000Z" },
      { groupId: "cluster-1", deduplicationId: "cluster-1@2026-11-21T12:00:00.000Z" },
    ]);
  });

  test("fits the longest name of a cluster", async () => {
    await newQueue().send([{ cluster: "x".repeat(100), tick }]);
    expect(aws.queues.messages(url)).toHaveLength(1);
  });

  test("carries what the tags said", async () => {
    const state = {
      expiresAt: tick,
      failingSince: undefined,
      rbac: "0123",
      credential: { issuedAt: tick, expiresAt: new Date(tick.getTime() + 3_600_000) },
      rotationFailingSince: undefined,
      sessionsExpireAt: undefined,
      failureToldAt: undefined,
    };
    await newQueue().send([{ cluster: "eu", tick, state }]);
    expect(aws.queues.messages(url).map(({ body }) => parseMessage(body))).toEqual([
      { cluster: "eu", tick, state },
    ]);
  });

  test("drops the second of a dispatch that was delivered twice, and keeps the next tick", async () => {
    await newQueue().send(numbered(12));
    await newQueue().send(numbered(12));
    expect(aws.queues.messages(url)).toHaveLength(12);
    await newQueue().send(numbered(12, new Date(tick.getTime() + 600_000)));
    expect(aws.queues.messages(url)).toHaveLength(24);
  });
});

describe("entries that SQS refuses", () => {
  test("are sent again, and only they", async () => {
    aws.queues.failEntries((group) => group === "cluster-3", 2);
    await newQueue().send(numbered(10));
    expect(aws.queues.messages(url)).toHaveLength(10);
    expect(aws.count(send)).toBe(3);
    expect(pausesMs).toHaveLength(2);
    expect(Math.max(...pausesMs)).toBeLessThan(2_000);
  });

  test("to the end are an error that says how many, and which first", async () => {
    aws.queues.failEntries((group) => /-[0-6]$/.test(group));
    const error = await failureOf(newQueue().send(numbered(25)));
    expect(error.message).toBe(
      "7 of 25 clusters couldn't be queued: cluster-0, cluster-1, cluster-2, cluster-3, cluster-4, …; SQS refused them, also after retries",
    );
    expect(aws.queues.messages(url)).toHaveLength(18);
    expect(aws.count(send)).toBe(2 + 4);
  });
});

describe("a batch that fails as a whole", () => {
  test("keeps no other from being sent", async () => {
    aws.fail(send, { kind: "reply", reply: denial }, { times: 1 });
    const error = await failureOf(newQueue().send(numbered(300)));
    expect(error.message).toMatch(
      /^10 of 300 clusters couldn't be queued: .*, …; AWS denied sqs:SendMessage in us-east-1/,
    );
    expect(aws.queues.messages(url)).toHaveLength(290);
    expect(aws.count(send)).toBe(30);
  });

  test.each([
    ["is throttled", faults.throttling, 1],
    ["fails in AWS", faults.serverError, 1],
    ["loses its connection", faults.reset, 1],
  ])("is sent again by the SDK when it %s", async (_, fault, times) => {
    aws.fail(send, fault, { times });
    await newQueue().send(numbered(10));
    expect(aws.queues.messages(url)).toHaveLength(10);
  });

  test.each([
    [
      "may not send",
      () => aws.deny("sqs:SendMessage"),
      /AWS denied sqs:SendMessage in us-east-1 to arn:/,
    ],
    ["gets a proxy's page", () => aws.fail(send, faults.proxyPage), /sqs:SendMessage in us-east-1/],
    ["gets garbage", () => aws.fail(send, faults.garbage), /isn't one that AWS gives/],
    ["can't connect", () => aws.close(), /no answer to sqs:SendMessage .*\(ECONNREFUSED\)/],
  ])("is an error of ours without the SDK's when the caller %s", async (_, spoil, reason) => {
    await spoil();
    const error = await failureOf(newQueue().send(numbered(1)));
    expect(error.message).toMatch(/^1 of 1 clusters couldn't be queued: cluster-0; /);
    expect(error.message).toMatch(reason);
    const seen = inspect(error, { depth: 20, showHidden: true });
    expect(seen).not.toMatch(/\$metadata|\$response|<html|authorizationData/);
    expect(error.cause).toBeUndefined();
  });

  test("doesn't queue to another queue when its own is gone", async () => {
    const queue = createRefreshQueue({ session: newSession(), region, queueUrl: `${url}-gone` });
    const error = await failureOf(queue.send(numbered(1)));
    expect(error.message).toMatch(/AWS refused sqs:SendMessage in us-east-1 \(\w+, status 400\)/);
  });
});

describe("the delay of a retry", () => {
  test("hides the message for so long", async () => {
    const { handle } = await receiveOne();
    await newQueue().delayRetry(handle, 160);
    aws.advance(159_000);
    expect(await redelivered()).toBe(0);
    aws.advance(2_000);
    expect(await redelivered()).toBe(1);
  });

  test("is an error of ours when SQS refuses it", async () => {
    aws.deny("sqs:ChangeMessageVisibility");
    const { handle } = await receiveOne();
    const error = await failureOf(newQueue().delayRetry(handle, 20));
    expect(error.message).toMatch(/^AWS denied sqs:ChangeMessageVisibility in us-east-1/);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/\$metadata|\$response/);
  });
});

const denial = {
  status: 403,
  contentType: "application/x-amz-json-1.0",
  body: JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", message: "no" }),
};

function newSession() {
  return createAwsSession({ region, name: "test", timeouts: { connectMs: 500, requestMs: 500 } });
}

function newQueue() {
  const sleep = async (ms: number) => void pausesMs.push(ms);
  return createRefreshQueue({ session: newSession(), region, queueUrl: url, sleep });
}

async function failureOf(work: Promise<unknown>): Promise<QueueError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof QueueError)) {
    throw new Error("expected a QueueError", { cause: error });
  }
  return error;
}

/** One message, in flight: received by a function that wants it again. */
async function receiveOne(): Promise<{ handle: string }> {
  await newQueue().send(numbered(1));
  let handle = "";
  await aws.queues.deliver(url, async ({ Records: [record] }) => {
    handle = record?.receiptHandle ?? "";
    return { batchItemFailures: [{ itemIdentifier: record?.messageId ?? "" }] };
  });
  return { handle };
}

async function redelivered(): Promise<number> {
  const { invocations } = await aws.queues.deliver(url, async () => ({ batchItemFailures: [] }));
  return invocations;
}
