import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { listSubscriptions } from "../../../src/notifications/topic-subscriptions.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import type { Fault } from "../../fakes/aws/faults.ts";
import { AwsFailure } from "../../fakes/aws/service.ts";

const action = "sns:ListSubscriptionsByTopic";
const arn = "arn:aws:sns:us-east-1:123456789012:ecr-pull-secrets-prod-alarms";
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

function list() {
  const { region } = aws;
  return listSubscriptions({ session: createAwsSession({ region, name: "test" }), region }, arn);
}

/** As AWS writes it: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
function answering(members: string): Fault {
  const body = `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
    <ListSubscriptionsByTopicResult><Subscriptions>${members}</Subscriptions></ListSubscriptionsByTopicResult>
    <ResponseMetadata><RequestId>b9275252-3774-11df-9540-99d0768312d3</RequestId></ResponseMetadata>
  </ListSubscriptionsByTopicResponse>`;
  return { kind: "reply", reply: { status: 200, contentType: "text/xml", body } };
}

function member(protocol: string, endpoint: string, id: string): string {
  return `<member><TopicArn>${arn}</TopicArn><Protocol>${protocol}</Protocol><SubscriptionArn>${id}</SubscriptionArn><Owner>123456789012</Owner><Endpoint>${endpoint}</Endpoint></member>`;
}

test("who confirmed is told from who didn't, and of a web hook not even the address", async () => {
  const members = [
    member("email", "a@example.com", `${arn}:80289ba6-0fd4-4079-afb4-ce8c8260f0ca`),
    member("email", "b@example.com", "PendingConfirmation"),
    member("https", "https://events.example.com/key/s3cret", `${arn}:9e8b9ba6`),
  ];
  aws.fail(action, answering(members.join("")));
  await expect(list()).resolves.toEqual([
    { email: "a@example.com", confirmed: true },
    { email: "b@example.com", confirmed: false },
    { email: undefined, confirmed: true },
  ]);
});

test("a topic may have no subscribers", async () => {
  aws.fail(action, answering(""));
  await expect(list()).resolves.toEqual([]);
});

const denied = `User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ${action} on resource: ${arn}`;

test.each<[string, Fault, object]>([
  [
    "denied",
    { kind: "failure", failure: new AwsFailure("denied", denied) },
    {
      kind: "denied",
      hint: `Allow ${action} on ${arn} in a policy of arn:aws:iam::123456789012:user/ci.`,
    },
  ],
  ["unanswered", { kind: "reset" }, { kind: "unreachable" }],
])("what AWS refuses is an error in words: %s", async (_, fault, expected) => {
  aws.fail(action, fault);
  await expect(list()).rejects.toMatchObject({ name: "AwsError", ...expected });
});
