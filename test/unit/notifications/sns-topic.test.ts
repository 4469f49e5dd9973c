import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { type ClusterNotice, NotificationError } from "../../../src/notifications/notice.ts";
import { createTopic } from "../../../src/notifications/sns-topic.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { faults } from "../../fakes/aws/faults.ts";

const now = new Date("2026-11-21T12:00:00Z");
const notice: ClusterNotice = {
  cluster: "prod-eu",
  change: "failing",
  failingSince: new Date("2026-11-21T11:30:00Z"),
  cause: { message: "it can't be reached", hint: undefined, others: 0 },
  expiresAt: new Date("2026-11-21T20:00:00Z"),
};
const publish = "sns:Publish";

let aws: FakeAws;
let topicArn: string;

beforeEach(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  topicArn = aws.topics.create("ecr-pull-secrets-prod-alarms");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

function newTopic(timeoutMs?: number) {
  const { region, account } = aws;
  const session = createAwsSession({ region, name: "test" });
  const place = { stage: "prod", region, account };
  return createTopic({ session, topicArn, place, now: () => now, ...(timeoutMs && { timeoutMs }) });
}

test("a notice reaches the topic, with what subscribers filter by", async () => {
  await newTopic()(notice);
  expect(aws.topics.told(topicArn)).toEqual([
    {
      subject: "ecr-pull-secrets prod: prod-eu keeps failing, 8 h left",
      message: expect.stringMatching(/^Stage: {4}prod\n[\s\S]*\nCause: {4}it can't be reached\n/),
      attributes: { stage: "prod", cluster: "prod-eu", change: "failing" },
    },
  ]);
});

test("so does one of the longest names, about an expiry that nobody knows", async () => {
  const cluster = `a${"-".repeat(98)}z`;
  await newTopic()({ ...notice, cluster, expiresAt: undefined });
  expect(aws.topics.told(topicArn)).toMatchObject([{ attributes: { cluster } }]);
});

test("one answer that fails is asked for again", async () => {
  aws.fail(publish, faults.serverError, { times: 1 });
  await newTopic()(notice);
  expect(aws.topics.told(topicArn)).toHaveLength(1);
});

describe("a topic that can't be told says why, in words that quote no answer,", () => {
  test.each<[string, () => void, object]>([
    [
      "where that isn't allowed",
      () => aws.deny(publish),
      {
        kind: "denied",
        message: expect.stringMatching(
          /^AWS denied sns:Publish on topic arn:\S+-alarms in us-east-1 to arn:/,
        ),
        hint: expect.stringMatching(/^Allow sns:Publish on topic arn:\S+ in a policy of arn:/),
      },
    ],
    [
      "where it is gone",
      () => aws.topics.remove(topicArn),
      { kind: "denied", message: expect.stringContaining("NotFoundException, status 404") },
    ],
    [
      "where AWS has too much to do",
      () => aws.fail(publish, faults.throttling),
      { kind: "throttled", message: expect.stringContaining("AWS throttled sns:Publish") },
    ],
    [
      "where a proxy answers",
      () => aws.fail(publish, faults.proxyPage),
      { kind: "malformed", message: expect.stringContaining("isn't one that AWS gives") },
    ],
  ])("%s", async (_, breakIt, found) => {
    breakIt();
    const error = await newTopic()(notice).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotificationError);
    expect(error).toMatchObject(found);
    expect(aws.topics.told(topicArn)).toEqual([]);
  });

  test("where no answer comes in time, as in a network without a way to SNS", async () => {
    aws.fail(publish, faults.hang);
    const error = await newTopic(50)(notice).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotificationError);
    expect(error).toMatchObject({
      kind: "unreachable",
      message: `no answer to sns:Publish on topic ${topicArn} in us-east-1 within 0.05 s`,
      hint: expect.stringContaining("an endpoint in its VPC"),
    });
  });
});
