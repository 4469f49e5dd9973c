/** What the fake does beyond the shared contracts: AWS's limits, scripted trouble, the clock. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Handler, SQSEvent, SQSHandler } from "aws-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type FakeAws, startAws } from "../fakes/aws/aws.ts";
import { faults } from "../fakes/aws/faults.ts";
import { secretsManagerFaults } from "../fakes/aws/secrets-manager.ts";

const dispatchRole = "arn:aws:iam::123456789012:role/dispatch";
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

let aws: FakeAws;
beforeAll(async () => {
  aws = await startAws({ roles: [dispatchRole] });
});
afterAll(() => aws.close());
afterEach(() => aws.heal());

const config = (credentials: Credentials = aws.credentials, region = aws.region) => ({
  endpoint: aws.endpoint,
  credentials,
  region,
  maxAttempts: 1,
});

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

async function asDispatch(): Promise<Credentials> {
  const command = new AssumeRoleCommand({ RoleArn: dispatchRole, RoleSessionName: "tests" });
  const { Credentials: session } = await new STSClient(config()).send(command);
  return {
    accessKeyId: session?.AccessKeyId ?? "",
    secretAccessKey: session?.SecretAccessKey ?? "",
    sessionToken: session?.SessionToken ?? "",
  };
}

describe("Secrets Manager", () => {
  const manager = (credentials?: Credentials, region?: string) =>
    new SecretsManagerClient(config(credentials, region));
  const newName = () => `secrets/${randomUUID()}`;

  const create = (input: Partial<CreateSecretCommandInput> = {}) =>
    manager().send(new CreateSecretCommand({ Name: newName(), SecretString: "first", ...input }));

  const get = (SecretId: string, client = manager()) =>
    client.send(new GetSecretValueCommand({ SecretId }));

  const put = (SecretId: string, SecretString: string, ClientRequestToken?: string) =>
    manager().send(
      new PutSecretValueCommand({
        SecretId,
        SecretString,
        ClientRequestToken,
        VersionStages: ["AWSPENDING"],
      }),
    );

  async function listNames(input: ListSecretsCommandInput) {
    const { SecretList = [] } = await manager().send(new ListSecretsCommand(input));
    return SecretList.map(({ Name }) => Name);
  }

  const named = (value: string): ListSecretsCommandInput => ({
    Filters: [{ Key: "name", Values: [value] }],
  });

  const tags = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: "value" }));

  test("takes a repeated creation for the first one", async () => {
    const input = { Name: newName(), ClientRequestToken: randomUUID() };
    const first = await create(input);
    expect(await create(input)).toMatchObject({ ARN: first.ARN, VersionId: first.VersionId });
    await expect(create({ ...input, SecretString: "second" })).rejects.toMatchObject({
      name: "ResourceExistsException",
    });
  });

  test("makes a secret once when the answer gets lost and the SDK asks again", async () => {
    const lossy = new SecretsManagerClient({ ...config(), maxAttempts: 2 });
    const before = aws.count("secretsmanager:CreateSecret");
    aws.fail("secretsmanager:CreateSecret", faults.lostAnswer, { times: 1 });
    const command = new CreateSecretCommand({ Name: newName(), SecretString: "first" });
    const { Name = "", VersionId = "" } = await lossy.send(command);
    expect(aws.count("secretsmanager:CreateSecret") - before).toBe(2);
    expect(aws.secrets.read(Name)?.stages).toEqual({ [VersionId]: ["AWSCURRENT"] });
  });

  test("doesn't change a version", async () => {
    const { Name = "" } = await create();
    const token = randomUUID();
    await put(Name, "second", token);
    await put(Name, "second", token);
    await expect(put(Name, "third", token)).rejects.toMatchObject({
      name: "ResourceExistsException",
    });
  });

  test("has each label on one version only", async () => {
    const { Name = "" } = await create();
    await put(Name, "abandoned");
    const { VersionId = "" } = await put(Name, "next");
    expect(Object.entries(aws.secrets.read(Name)?.stages ?? {})).toContainEqual([
      VersionId,
      ["AWSPENDING"],
    ]);
    expect(Object.values(aws.secrets.read(Name)?.stages ?? {})).toHaveLength(2);
  });

  test("lists a version without a label only if it is asked for", async () => {
    const { Name = "", VersionId: current } = await create();
    const { VersionId: abandoned } = await put(Name, "abandoned");
    const { VersionId: next } = await put(Name, "next");
    const list = async (IncludeDeprecated: boolean) => {
      const command = new ListSecretVersionIdsCommand({ SecretId: Name, IncludeDeprecated });
      const { Versions = [] } = await manager().send(command);
      return Versions.map(({ VersionId }) => VersionId);
    };
    expect(await list(false)).toEqual([current, next]);
    expect(await list(true)).toEqual([current, abandoned, next]);
  });

  test("updates key and description, and with a value the version", async () => {
    const { Name = "" } = await create({ KmsKeyId: "alias/ours" });
    const update = (changes: object) =>
      manager().send(new UpdateSecretCommand({ SecretId: Name, ...changes }));
    await update({ KmsKeyId: "" });
    expect(aws.secrets.read(Name)).toMatchObject({ value: "first", kmsKeyId: undefined });
    const { VersionId = "" } = await update({ SecretString: "second", Description: "ours" });
    expect(aws.secrets.read(Name)?.stages[VersionId]).toEqual(["AWSCURRENT"]);
    const description = await manager().send(new DescribeSecretCommand({ SecretId: Name }));
    expect(description.Description).toBe("ours");
  });

  test("doesn't find a version by a label that another one has", async () => {
    const { Name, VersionId } = await create();
    const input = { SecretId: Name, VersionId, VersionStage: "AWSPENDING" };
    await expect(manager().send(new GetSecretValueCommand(input))).rejects.toMatchObject({
      name: "InvalidRequestException",
    });
  });

  test("always has a current version", async () => {
    const { Name, VersionId } = await create();
    const input = { SecretId: Name, VersionStage: "AWSCURRENT", RemoveFromVersionId: VersionId };
    await expect(manager().send(new UpdateSecretVersionStageCommand(input))).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining("can't be completely removed"),
    });
  });

  test("has no value for a secret that was made without one", async () => {
    const { Name = "", VersionId } = await create({ SecretString: undefined });
    expect(VersionId).toBeUndefined();
    await expect(get(Name)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("takes 64 KiB, counted in bytes, and not a byte more", async () => {
    const full = "é".repeat(32_768);
    await create({ SecretString: full });
    await create({ SecretString: undefined, SecretBinary: new Uint8Array(65_536) });
    for (const tooMuch of [
      { SecretString: `${full}.` },
      { SecretString: undefined, SecretBinary: new Uint8Array(65_537) },
    ]) {
      await expect(create(tooMuch)).rejects.toMatchObject({
        name: "ValidationException",
        message: expect.stringMatching(/length less than or equal to 65536$/),
      });
    }
  });

  test("takes 50 tags, and not one more", async () => {
    const { Name } = await create({ Tags: tags(50) });
    const again = new TagResourceCommand({ SecretId: Name, Tags: tags(1) });
    await expect(manager().send(again)).resolves.toBeDefined();
    const more = new TagResourceCommand({ SecretId: Name, Tags: [{ Key: "new", Value: "" }] });
    for (const ask of [() => manager().send(more), () => create({ Tags: tags(51) })]) {
      await expect(ask()).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  test.each([
    ["a name with a colon", { Name: "a:b" }],
    ["a tag of AWS", { Tags: [{ Key: "aws:mine", Value: "" }] }],
    ["a tag's value of 257 characters", { Tags: [{ Key: "a", Value: "x".repeat(257) }] }],
    ["a short token", { ClientRequestToken: "short" }],
  ])("refuses %s", async (_what, input) => {
    await expect(create(input)).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("never repeats a value in an error", async () => {
    const SecretString = "hidden".repeat(11_000);
    const error = await create({ SecretString }).catch(String);
    expect(error).not.toContain("hidden");
  });

  test("keeps the name of a deleted secret until its time is over", async () => {
    const { Name = "" } = await create();
    await manager().send(new DeleteSecretCommand({ SecretId: Name, RecoveryWindowInDays: 7 }));
    await expect(create({ Name })).rejects.toMatchObject({ name: "InvalidRequestException" });
    aws.advance(7 * dayMs + 1);
    await expect(get(Name)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect(await listNames({ ...named(Name), IncludePlannedDeletion: true })).toEqual([]);
    await expect(create({ Name })).resolves.toMatchObject({ Name });
  });

  test("deletes by force what isn't there", async () => {
    const input = { SecretId: newName(), ForceDeleteWithoutRecovery: true };
    await expect(manager().send(new DeleteSecretCommand(input))).resolves.toMatchObject({
      Name: input.SecretId,
    });
  });

  test("finds names by how they begin, case-sensitive", async () => {
    const id = randomUUID();
    for (const Name of [`begins/${id}/a`, `it/begins/${id}/b`, `BEGINS/${id}/c`]) {
      await create({ Name });
    }
    expect(await listNames(named(`begins/${id}/`))).toEqual([`begins/${id}/a`]);
  });

  test("lists what is left when pages go on after a deletion", async () => {
    const prefix = `${newName()}/`;
    for (const index of [1, 2, 3, 4]) {
      await create({ Name: `${prefix}${index}` });
    }
    const first = await manager().send(new ListSecretsCommand({ ...named(prefix), MaxResults: 2 }));
    for (const index of [1, 2]) {
      const input = { SecretId: `${prefix}${index}`, ForceDeleteWithoutRecovery: true };
      await manager().send(new DeleteSecretCommand(input));
    }
    expect(await listNames({ ...named(prefix), NextToken: first.NextToken })).toEqual([
      `${prefix}3`,
      `${prefix}4`,
    ]);
  });

  test("refuses a token that it never gave", async () => {
    await expect(listNames({ NextToken: "bm9uc2Vuc2U=" })).rejects.toMatchObject({
      name: "InvalidNextTokenException",
    });
  });

  test("refuses more than a hundred on a page", async () => {
    await expect(listNames({ MaxResults: 101 })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  test("lists the past when the list lags behind, and describes the present", async () => {
    const late = await startAws({ listLagMs: 5 * minuteMs });
    const client = new SecretsManagerClient({
      endpoint: late.endpoint,
      credentials: late.credentials,
      region: late.region,
    });
    async function look() {
      const { SecretList } = await client.send(new ListSecretsCommand({}));
      return SecretList?.map((secret) => [secret.Name, secret.Tags?.[0]?.Value]);
    }
    late.secrets.create("cluster", "value", { state: "old" });
    expect(await look()).toEqual([]);
    late.advance(5 * minuteMs);
    expect(await look()).toEqual([["cluster", "old"]]);
    await client.send(
      new TagResourceCommand({ SecretId: "cluster", Tags: [{ Key: "state", Value: "new" }] }),
    );
    const described = await client.send(new DescribeSecretCommand({ SecretId: "cluster" }));
    expect([await look(), described.Tags?.[0]?.Value]).toEqual([[["cluster", "old"]], "new"]);
    await client.send(
      new DeleteSecretCommand({ SecretId: "cluster", ForceDeleteWithoutRecovery: true }),
    );
    expect(await look()).toEqual([["cluster", "old"]]);
    late.advance(5 * minuteMs);
    expect(await look()).toEqual([]);
    late.secrets.setListLag(0);
    late.secrets.create("next", "value");
    expect(await look()).toEqual([["next", undefined]]);
    await late.close();
  });

  test("refuses a share of the calls on demand, as one whose quota others use up", async () => {
    aws.fail("secretsmanager:ListSecrets", faults.throttling, { share: 0.25 });
    const client = manager();
    const list = () => client.send(new ListSecretsCommand({ MaxResults: 1 }));
    const answers = await Promise.allSettled(Array.from({ length: 100 }, list));
    const refused = answers.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(15);
    expect(refused.length).toBeLessThan(35);
    expect(new Set(refused.map((each) => "reason" in each && each.reason.name))).toEqual(
      new Set(["ThrottlingException"]),
    );
  });

  test("has other secrets in another region", async () => {
    const { Name = "" } = await create();
    await expect(get(Name, manager(undefined, "eu-west-1"))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("denies one role the values of some secrets only", async () => {
    const [one, other] = [`denied/${randomUUID()}`, `open/${randomUUID()}`];
    const arn = aws.secrets.create(one, "value");
    aws.secrets.create(other, "value");
    const scope = {
      role: dispatchRole,
      resource: "arn:aws:secretsmanager:us-east-1:*:secret:denied/*",
    };
    aws.deny("secretsmanager:GetSecretValue", scope);
    const dispatch = manager(await asDispatch());
    for (const id of [one, arn]) {
      await expect(get(id, dispatch)).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining(`secretsmanager:GetSecretValue on resource: ${arn} `),
      });
    }
    await expect(get(other, dispatch)).resolves.toBeDefined();
    await expect(
      dispatch.send(new DescribeSecretCommand({ SecretId: one })),
    ).resolves.toBeDefined();
    await expect(get(one)).resolves.toBeDefined();
    aws.allow("secretsmanager:GetSecretValue", scope);
    await expect(get(one, dispatch)).resolves.toBeDefined();
  });

  test("asks for the right to tag when a secret is made with tags", async () => {
    aws.deny("secretsmanager:TagResource");
    await expect(create({ Tags: tags(1) })).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await expect(create()).resolves.toBeDefined();
    aws.allow("secretsmanager:TagResource");
  });

  test.each([
    [secretsManagerFaults.decryptionFailure, "DecryptionFailure"],
    [faults.throttling, "ThrottlingException"],
    [faults.serverError, "InternalServiceError"],
  ])("fails on demand, once: %o", async (fault, error) => {
    const { Name = "" } = await create();
    aws.fail("secretsmanager:GetSecretValue", fault, { times: 1 });
    await expect(get(Name)).rejects.toMatchObject({ name: error });
    await expect(get(Name)).resolves.toBeDefined();
  });

  test("makes and shows secrets in this process", async () => {
    const name = newName();
    const arn = aws.secrets.create(name, "value", { a: "b" });
    expect(await get(arn)).toMatchObject({ SecretString: "value" });
    expect(aws.secrets.read(arn)).toMatchObject({ value: "value", tags: { a: "b" } });
    aws.secrets.create(`${name}-binary`, Buffer.from([1]));
    expect(aws.secrets.read(`${name}-binary`)?.value).toBeUndefined();
    aws.secrets.create(`${name}-empty`, undefined);
    expect(aws.secrets.read(`${name}-empty`)).toMatchObject({ value: undefined, stages: {} });
    expect(aws.secrets.read("nowhere")).toBeUndefined();
  });
});

describe("SQS", () => {
  const client = () => new SQSClient(config());
  const newQueue = (attributes: Record<string, string> = {}) =>
    aws.queues.create(`queue-${randomUUID()}.fifo`, attributes);

  const entry = (id: string, group = id) => ({
    Id: id,
    MessageBody: id,
    MessageGroupId: group,
    MessageDeduplicationId: id,
  });

  const sendAll = (QueueUrl: string, entries: ReturnType<typeof entry>[]) =>
    client().send(new SendMessageBatchCommand({ QueueUrl, Entries: entries }));

  async function receive(QueueUrl: string) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    return (await client().send(command)).Messages ?? [];
  }

  const remove = (QueueUrl: string, ReceiptHandle: string | undefined) =>
    client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

  test("refuses a receipt handle after its time, and of a message received again", async () => {
    const { url } = newQueue({ VisibilityTimeout: "30" });
    await sendAll(url, [entry("1")]);
    const [first] = await receive(url);
    aws.advance(30_000);
    const refused = { Code: "InvalidParameterValue" };
    await expect(remove(url, first?.ReceiptHandle)).rejects.toMatchObject(refused);
    const [second] = await receive(url);
    await expect(remove(url, first?.ReceiptHandle)).rejects.toMatchObject(refused);
    await remove(url, second?.ReceiptHandle);
    await expect(remove(url, second?.ReceiptHandle)).resolves.toBeDefined();
    expect(aws.queues.messages(url)).toEqual([]);
  });

  test.each([43_201, -1])("hides a message for 12 hours at most: %i", async (seconds) => {
    const { url } = newQueue();
    await sendAll(url, [entry("1")]);
    const [message] = await receive(url);
    const input = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle };
    const change = new ChangeMessageVisibilityCommand({ ...input, VisibilityTimeout: seconds });
    await expect(client().send(change)).rejects.toMatchObject({ Code: "InvalidParameterValue" });
  });

  test("counts the 12 hours from when the message was received", async () => {
    const { url } = newQueue({ VisibilityTimeout: "7200" });
    await sendAll(url, [entry("1")]);
    const [message] = await receive(url);
    aws.advance(60 * minuteMs);
    const input = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle };
    const change = (VisibilityTimeout: number) =>
      client().send(new ChangeMessageVisibilityCommand({ ...input, VisibilityTimeout }));
    await expect(change(43_200)).rejects.toMatchObject({ Code: "InvalidParameterValue" });
    await expect(change(43_200 - 3_660)).resolves.toBeDefined();
  });

  test("knows a message again for five minutes", async () => {
    const { url } = newQueue();
    await sendAll(url, [entry("1")]);
    aws.advance(4 * minuteMs);
    await sendAll(url, [entry("1")]);
    expect(aws.queues.messages(url)).toHaveLength(1);
    aws.advance(minuteMs);
    await sendAll(url, [entry("1")]);
    expect(aws.queues.messages(url)).toHaveLength(2);
  });

  test("knows it again per group, where the queue says so", async () => {
    const { url } = newQueue({ DeduplicationScope: "messageGroup" });
    await sendAll(url, [entry("1", "a")]);
    await sendAll(url, [entry("1", "a")]);
    await sendAll(url, [entry("1", "b")]);
    expect(aws.queues.messages(url).map(({ groupId }) => groupId)).toEqual(["a", "b"]);
  });

  test("forgets a message when its time is over", async () => {
    const { url } = newQueue({ MessageRetentionPeriod: "60" });
    await sendAll(url, [entry("1")]);
    aws.advance(minuteMs);
    expect([await receive(url), aws.queues.messages(url)]).toEqual([[], []]);
  });

  test("fails for single entries on demand, until it is healed", async () => {
    const { url } = newQueue();
    aws.queues.failEntries((group) => group === "unlucky");
    const answer = await sendAll(url, [entry("lucky"), entry("unlucky")]);
    expect(answer).toMatchObject({
      Successful: [{ Id: "lucky" }],
      Failed: [{ Id: "unlucky", Code: "InternalError", SenderFault: false }],
    });
    aws.heal();
    expect((await sendAll(url, [entry("unlucky")])).Failed).toEqual([]);
  });

  test("fails so often as it was told", async () => {
    const { url } = newQueue();
    aws.queues.failEntries(() => true, 1);
    const answer = await sendAll(url, [entry("1"), entry("2")]);
    expect(answer).toMatchObject({ Successful: [{ Id: "2" }], Failed: [{ Id: "1" }] });
  });

  test.each([
    [faults.throttling, "RequestThrottled"],
    [faults.serverError, "InternalFailure"],
  ])("fails as a whole on demand: %o", async (fault, error) => {
    const { url } = newQueue();
    aws.fail("sqs:SendMessageBatch", fault, { times: 1 });
    await expect(sendAll(url, [entry("1")])).rejects.toMatchObject({ name: error });
    await expect(sendAll(url, [entry("1")])).resolves.toBeDefined();
  });

  test("takes a message once when the answer gets lost and it is sent again", async () => {
    const { url } = newQueue();
    const lossy = new SQSClient({ ...config(), maxAttempts: 2 });
    const before = aws.count("sqs:SendMessage");
    aws.fail("sqs:SendMessage", faults.lostAnswer, { times: 1 });
    const { Id: _id, ...message } = entry("1");
    await lossy.send(new SendMessageCommand({ QueueUrl: url, ...message }));
    expect(aws.count("sqs:SendMessage") - before).toBe(2);
    expect(aws.queues.messages(url)).toHaveLength(1);
  });

  test.each([
    ["no.fifo.at.all", {}, "InvalidParameterValue"],
    ["a.fifo", { Colour: "red" }, "InvalidAttributeName"],
    ["a.fifo", { VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    ["a.fifo", { RedrivePolicy: "{" }, "InvalidAttributeValue"],
    [
      "a.fifo",
      { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:::x","maxReceiveCount":5}' },
      "InvalidParameterValue",
    ],
  ])("refuses a queue %s with %o", (name, attributes, code) => {
    expect(() => aws.queues.create(name, attributes)).toThrow(expect.objectContaining({ code }));
  });

  describe("an event source mapping in this process", () => {
    async function filled(ids: readonly string[], attributes: Record<string, string> = {}) {
      const queue = newQueue(attributes);
      await sendAll(
        queue.url,
        ids.map((id) => entry(id)),
      );
      return queue;
    }

    /** Ids are bodies here. */
    function failing(...bodies: string[]): SQSHandler {
      return async ({ Records }) => ({
        batchItemFailures: Records.filter(({ body }) => bodies.includes(body)).map(
          ({ messageId }) => ({ itemIdentifier: messageId }),
        ),
      });
    }

    const bodiesIn = (url: string) => aws.queues.messages(url).map(({ body }) => body);

    test("hands over what Lambda would", async () => {
      const { url, arn } = await filled(["cluster"]);
      const events: SQSEvent[] = [];
      const handler: SQSHandler = async (event) => {
        events.push(event);
      };
      await aws.queues.deliver(url, handler, { functionName: "refresh" });
      expect(events).toMatchObject([
        {
          Records: [
            {
              body: "cluster",
              eventSource: "aws:sqs",
              eventSourceARN: arn,
              awsRegion: aws.region,
              messageAttributes: {},
              attributes: {
                ApproximateReceiveCount: "1",
                MessageGroupId: "cluster",
                MessageDeduplicationId: "cluster",
                SentTimestamp: expect.stringMatching(/^\d{13}$/),
              },
            },
          ],
        },
      ]);
    });

    test("deletes what the function is done with, and keeps what it names", async () => {
      const { url } = await filled(["1", "2", "3"]);
      const delivery = await aws.queues.deliver(url, failing("2"));
      expect(delivery).toEqual({ invocations: 1, deleted: 2, returned: 1, errors: [] });
      expect(bodiesIn(url)).toEqual(["2"]);
    });

    test("hands a kept message over again only when its visibility times out", async () => {
      const { url } = await filled(["1"], { VisibilityTimeout: "60" });
      await aws.queues.deliver(url, failing("1"));
      expect(await aws.queues.deliver(url, failing())).toMatchObject({ invocations: 0 });
      aws.advance(minuteMs);
      expect(await aws.queues.deliver(url, failing())).toMatchObject({ deleted: 1 });
    });

    test("keeps all of a batch whose handler throws, and tells why", async () => {
      const { url } = await filled(["1", "2"]);
      const delivery = await aws.queues.deliver(url, async () => {
        throw new RangeError("bug");
      });
      expect(delivery).toMatchObject({
        deleted: 0,
        returned: 2,
        errors: [{ errorType: "RangeError", errorMessage: "bug" }],
      });
      expect(bodiesIn(url)).toEqual(["1", "2"]);
    });

    test.each([
      ["an unknown item", { batchItemFailures: [{ itemIdentifier: "nobody" }] }],
      ["an empty item", { batchItemFailures: [{ itemIdentifier: "" }] }],
      ["another key", { batchItemFailures: [{ id: "1" }] }],
      ["a string", "done"],
    ])("keeps all of a batch for an answer that names %s", async (_what, answer) => {
      const { url } = await filled(["1", "2"]);
      expect(await aws.queues.deliver(url, () => answer)).toMatchObject({ returned: 2 });
    });

    test.each([undefined, null, {}, { batchItemFailures: null }, { batchItemFailures: [] }])(
      "takes %o for success",
      async (answer) => {
        const { url } = await filled(["1"]);
        expect(await aws.queues.deliver(url, () => answer)).toMatchObject({ deleted: 1 });
      },
    );

    test("keeps a batch that takes too long", async () => {
      const { url } = await filled(["1"]);
      const delivery = await aws.queues.deliver(
        url,
        () => sleep(1_000, undefined, { ref: false }),
        {
          timeoutMs: 20,
        },
      );
      expect(delivery).toMatchObject({
        returned: 1,
        errors: [{ errorType: "Sandbox.Timedout" }],
      });
    });

    test("can't delete what came back while the function ran", async () => {
      const { url } = await filled(["1"], { VisibilityTimeout: "1" });
      let runs = 0;
      const delivery = await aws.queues.deliver(url, () => {
        runs += 1;
        aws.advance(runs === 1 ? 1_000 : 0);
      });
      expect(delivery).toMatchObject({ invocations: 2, deleted: 1, returned: 1 });
    });

    test("runs so many at once as it may, and never two of one group", async () => {
      const { url } = newQueue();
      await sendAll(
        url,
        ["a1", "a2", "b1", "b2", "c1", "c2"].map((id) => entry(id, id.slice(0, 1))),
      );
      const running = new Set<string>();
      const seen: string[] = [];
      let most = 0;
      const handler = async ({ Records }: SQSEvent) => {
        const [{ body = "", attributes } = {}] = Records;
        const group = attributes?.MessageGroupId ?? "";
        expect(running).not.toContain(group);
        running.add(group);
        most = Math.max(most, running.size);
        seen.push(body);
        await sleep(5);
        running.delete(group);
      };
      const delivery = await aws.queues.deliver(url, handler, {
        batchSize: 1,
        maximumConcurrency: 2,
      });
      expect(delivery).toEqual({ invocations: 6, deleted: 6, returned: 0, errors: [] });
      expect(most).toBe(2);
      for (const group of ["a", "b", "c"]) {
        expect(seen.filter((body) => body.startsWith(group))).toEqual([`${group}1`, `${group}2`]);
      }
    });

    test("goes on until messages stop to come", async () => {
      const { url } = await filled(["1"]);
      const seen: string[] = [];
      await aws.queues.deliver(url, async ({ Records }) => {
        const [{ body } = { body: "" }] = Records;
        seen.push(body);
        if (body === "1") {
          await sendAll(url, [entry("2")]);
        }
      });
      expect(seen).toEqual(["1", "2"]);
    });

    test("leaves poison to the dead-letter queue in the end", async () => {
      const dead = newQueue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: "2" });
      const { url } = await filled(["poison"], { RedrivePolicy, VisibilityTimeout: "1" });
      const invocations = [];
      for (const _receive of [1, 2, 3]) {
        invocations.push((await aws.queues.deliver(url, failing("poison"))).invocations);
        aws.advance(1_000);
      }
      expect(invocations).toEqual([1, 1, 0]);
      expect([bodiesIn(url), bodiesIn(dead.url)]).toEqual([[], ["poison"]]);
    });

    test("lets the handler choose when its message comes back", async () => {
      const { url } = await filled(["1"], { VisibilityTimeout: "3600" });
      await aws.queues.deliver(url, async ({ Records }) => {
        const [{ messageId, receiptHandle } = { messageId: "", receiptHandle: "" }] = Records;
        await client().send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: url,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: 30,
          }),
        );
        return { batchItemFailures: [{ itemIdentifier: messageId }] };
      });
      aws.advance(30_000);
      expect(await aws.queues.deliver(url, failing())).toMatchObject({ deleted: 1 });
    });
  });
});

describe("SNS", () => {
  const text = (StringValue: string) => ({ DataType: "String", StringValue });

  test.each<[string, Partial<PublishCommandInput>, string]>([
    ["no text", { Message: "" }, "Empty message"],
    ["a subject of 100 letters", { Subject: "x".repeat(100) }, "Subject"],
    ["a subject of two lines", { Subject: "a\nb" }, "Subject"],
    ["a subject that isn't ASCII", { Subject: "für" }, "Subject"],
    ["an attribute of nothing", { MessageAttributes: { stage: text("") } }, "'stage' must contain"],
    ["a name for AWS", { MessageAttributes: { "aws.x": text("1") } }, "'aws.x' must contain"],
    ["a name with spaces", { MessageAttributes: { "a b": text("1") } }, "'a b' must contain"],
    [
      "256 KiB, counted with its attributes",
      { Message: "x".repeat(262_140), MessageAttributes: { stage: text("prod") } },
      "Message too long",
    ],
  ])("refuses %s", async (_, input, message) => {
    const TopicArn = aws.topics.create("limits");
    const command = new PublishCommand({ TopicArn, Message: "x", ...input });
    await expect(new SNSClient(config()).send(command)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(aws.topics.told(TopicArn)).toEqual([]);
  });

  test("doesn't find a topic of another region", async () => {
    const TopicArn = aws.topics.create("here").replace("us-east-1", "eu-west-1");
    const client = new SNSClient(config(aws.credentials, "eu-west-1"));
    await expect(client.send(new PublishCommand({ TopicArn, Message: "x" }))).rejects.toMatchObject(
      {
        name: "NotFoundException",
      },
    );
  });
});

describe("Lambda", () => {
  function invoke(FunctionName: string, payload = "{}", InvocationType?: "Event" | "DryRun") {
    const command = new InvokeCommand({
      FunctionName,
      InvocationType,
      Payload: Buffer.from(payload),
    });
    return new LambdaClient(config()).send(command);
  }

  async function payloadOf(FunctionName: string): Promise<unknown> {
    const { Payload, FunctionError } = await invoke(FunctionName);
    return { ...JSON.parse(Buffer.from(Payload ?? []).toString()), FunctionError };
  }

  test("names the error of a function that throws", async () => {
    aws.registerFunction("throws", () => {
      throw new RangeError("out of reach");
    });
    expect(await payloadOf("throws")).toMatchObject({
      FunctionError: "Unhandled",
      errorType: "RangeError",
      errorMessage: "out of reach",
      trace: expect.arrayContaining(["RangeError: out of reach"]),
    });
  });

  test("ends a function that takes too long", async () => {
    const wait = () => sleep(1_000, undefined, { ref: false });
    aws.registerFunction("slow", wait, { timeoutMs: 20 });
    expect(await payloadOf("slow")).toMatchObject({
      FunctionError: "Unhandled",
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/Task timed out after 0\.02 seconds$/),
    });
  });

  test("refuses an answer of more than 6 MiB", async () => {
    aws.registerFunction("talks", () => "x".repeat(6_291_456));
    expect(await payloadOf("talks")).toMatchObject({
      errorType: "Function.ResponseSizeTooLarge",
    });
  });

  test("tells the function what is left of its time", async () => {
    aws.registerFunction("asks", (_event, context) => context.getRemainingTimeInMillis(), {
      timeoutMs: 5_000,
    });
    const { Payload } = await invoke("asks");
    const leftMs = Number(Buffer.from(Payload ?? []).toString());
    expect(leftMs).toBeGreaterThan(4_000);
    expect(leftMs).toBeLessThanOrEqual(5_000);
  });

  test("runs a function that is invoked as an event, after the answer", async () => {
    const seen: unknown[] = [];
    const handler: Handler<{ readonly clusters: readonly string[] }> = async ({ clusters }) => {
      await sleep(10);
      seen.push(...clusters);
      throw new Error("nobody hears this");
    };
    aws.registerFunction("dispatch", handler);
    await invoke("dispatch", '{"clusters":["prod-eu"]}', "Event");
    expect(seen).toEqual([]);
    await aws.functionsIdle();
    expect(seen).toEqual(["prod-eu"]);
  });

  test("runs nothing for a rehearsal", async () => {
    let runs = 0;
    aws.registerFunction("rehearsed", () => {
      runs += 1;
    });
    expect(await invoke("rehearsed", "{}", "DryRun")).toMatchObject({ StatusCode: 204 });
    expect(runs).toBe(0);
  });

  test.each([
    ["{", "InvalidRequestContentException"],
    [JSON.stringify("x".repeat(6_291_456)), "RequestTooLargeException"],
  ])("refuses a payload: %.5s", async (payload, error) => {
    aws.registerFunction("any", () => "never");
    await expect(invoke("any", payload)).rejects.toMatchObject({ name: error });
  });

  test.each([
    [faults.throttling, "TooManyRequestsException"],
    [faults.serverError, "ServiceException"],
  ])("fails on demand: %o", async (fault, error) => {
    aws.registerFunction("any", () => "fine");
    aws.fail("lambda:Invoke", fault, { times: 1 });
    await expect(invoke("any")).rejects.toMatchObject({ name: error });
    await expect(invoke("any")).resolves.toBeDefined();
  });
});
