/**
 * What this program relies on in SQS, said with the SDK that it uses. Errors go by `Code`, which is
 * SQS's name for them in every protocol; the emulator has other names than AWS for some in JSON.
 * Left out is what the emulator doesn't do: it lets a receipt handle be used after its time, and
 * deletes with an error what is deleted already.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

export function sqsContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`SQS: ${name}`, () => {
    let target: ContractTarget;
    let client: SQSClient;
    beforeAll(async () => {
      target = await start();
      client = new SQSClient(clientConfig(target));
    });
    afterAll(() => target?.close());

    /** Every test has a queue of its own. */
    async function create(attributes: Record<string, string> = {}) {
      const QueueName = `contract-${randomUUID()}.fifo`;
      const Attributes = { FifoQueue: "true", ...attributes };
      const { QueueUrl = "" } = await client.send(
        new CreateQueueCommand({ QueueName, Attributes }),
      );
      return { url: QueueUrl, name: QueueName, attributes: Attributes };
    }

    async function attributesOf(QueueUrl: string, ...names: QueueAttributeName[]) {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names });
      return (await client.send(command)).Attributes ?? {};
    }

    const send = (QueueUrl: string, message: Partial<SendMessageCommandInput> = {}) =>
      client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: "body",
          MessageGroupId: "group",
          MessageDeduplicationId: randomUUID(),
          ...message,
        }),
      );

    async function sendBodies(url: string, group: string, ...bodies: string[]) {
      for (const MessageBody of bodies) {
        await send(url, { MessageBody, MessageGroupId: group });
      }
    }

    const sendBatch = (QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

    async function receive(QueueUrl: string, input: Partial<ReceiveMessageCommandInput> = {}) {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...input });
      return (await client.send(command)).Messages ?? [];
    }

    async function receiveBodies(url: string, input: Partial<ReceiveMessageCommandInput> = {}) {
      return (await receive(url, input)).map(({ Body }) => Body);
    }

    const remove = (QueueUrl: string, ReceiptHandle: string | undefined) =>
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

    const changeVisibility = (
      QueueUrl: string,
      ReceiptHandle: string | undefined,
      VisibilityTimeout: number,
    ) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
      );

    describe("a queue", () => {
      test("has one URL, which its name leads to, however often it is made", async () => {
        const { url, name: QueueName, attributes: Attributes } = await create();
        const again = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
        const found = await client.send(new GetQueueUrlCommand({ QueueName }));
        expect([again.QueueUrl, found.QueueUrl]).toEqual([url, url]);
      });

      test("counts its messages, and those in flight", async () => {
        const { url, name: queue } = await create();
        await sendBodies(url, "one", "1");
        await sendBodies(url, "other", "2");
        await receive(url, { MaxNumberOfMessages: 1 });
        expect(
          await attributesOf(
            url,
            "QueueArn",
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
          ),
        ).toEqual({
          QueueArn: `arn:aws:sqs:${target.region}:${target.account}:${queue}`,
          ApproximateNumberOfMessages: "1",
          ApproximateNumberOfMessagesNotVisible: "1",
        });
      });

      test("isn't found where there is none", async () => {
        const { url } = await create();
        const nowhere = url.replace("contract-", "nowhere-");
        for (const ask of [
          () => client.send(new GetQueueUrlCommand({ QueueName: "nowhere.fifo" })),
          () => send(nowhere),
          () => receive(nowhere),
        ]) {
          await expect(ask()).rejects.toMatchObject({
            name: "QueueDoesNotExist",
            Code: "AWS.SimpleQueueService.NonExistentQueue",
          });
        }
      });
    });

    describe("SendMessage", () => {
      test("answers id, checksum, and numbers that grow", async () => {
        const { url } = await create();
        const first = await send(url, { MessageBody: "é" });
        const second = await send(url);
        expect(first.MessageId).toMatch(/^[0-9a-f-]{36}$/);
        expect(first.MD5OfMessageBody).toBe(createHash("md5").update("é").digest("hex"));
        expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(
          BigInt(first.SequenceNumber ?? 0),
        );
      });

      test("takes a message once, also after it was received and deleted", async () => {
        const { url } = await create();
        const repeated = { MessageDeduplicationId: "tick-1", MessageBody: "first" };
        const first = await send(url, repeated);
        const [message] = await receive(url);
        await remove(url, message?.ReceiptHandle);
        const second = await send(url, { ...repeated, MessageBody: "second" });
        expect(second.MessageId).toBe(first.MessageId);
        expect(await receive(url)).toEqual([]);
      });

      test("takes the same body once where the queue says so", async () => {
        const { url } = await create({ ContentBasedDeduplication: "true" });
        for (const MessageBody of ["same", "same", "other"]) {
          await send(url, { MessageBody, MessageDeduplicationId: undefined });
        }
        expect(await receiveBodies(url)).toEqual(["same", "other"]);
      });

      test.each([
        [{ MessageGroupId: undefined }, "MissingParameter"],
        [{ MessageDeduplicationId: undefined }, "InvalidParameterValue"],
        [{ DelaySeconds: 5 }, "InvalidParameterValue"],
        [{ MessageBody: "x".repeat(1_048_577) }, "InvalidParameterValue"],
        [{ MessageBody: "\u0001" }, "InvalidMessageContents"],
      ])("refuses %o as %s", async (message, Code) => {
        const { url } = await create();
        await expect(send(url, message)).rejects.toMatchObject({ Code });
      });

      test("is denied to a role without the right, naming action and principal", async () => {
        const { url } = await create();
        const credentials = await assume(target, target.powerlessRoleArn);
        const powerless = new SQSClient(clientConfig(target, { credentials }));
        const message = { MessageBody: "body", MessageGroupId: "group" };
        for (const ask of [
          () => powerless.send(new SendMessageCommand({ QueueUrl: url, ...message })),
          () =>
            powerless.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [entry("1")] })),
        ]) {
          // The emulator has the longer name, and asks for a right to send batches: AWS has neither.
          const denied = /is not authorized to perform: sqs:sendmessage(?:batch)? /i;
          await expect(ask()).rejects.toMatchObject({
            name: expect.stringMatching(/^AccessDenied(?:Exception)?$/),
            message: expect.stringMatching(denied),
          });
        }
      });
    });

    describe("SendMessageBatch", () => {
      test("sends ten in order, and answers by id", async () => {
        const { url } = await create();
        const ids = Array.from({ length: 10 }, (_, index) => `m-${index}`);
        const { Successful = [], Failed } = await sendBatch(url, ids.map(entry));
        expect(Successful.map(({ Id }) => Id)).toEqual(ids);
        expect(Failed ?? []).toEqual([]);
        expect(await receiveBodies(url)).toEqual(ids);
      });

      test("fails for single entries, and sends the others", async () => {
        const { url } = await create();
        const bad = { ...entry("bad"), MessageDeduplicationId: undefined };
        const answer = await sendBatch(url, [entry("1"), bad, entry("2")]);
        expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["1", "2"]);
        expect(answer.Failed).toMatchObject([
          { Id: "bad", Code: "InvalidParameterValue", SenderFault: true },
        ]);
        expect(await receiveBodies(url)).toEqual(["1", "2"]);
      });

      test("takes a message once", async () => {
        const { url } = await create();
        const first = await sendBatch(url, [entry("1")]);
        const second = await sendBatch(url, [entry("1"), entry("2")]);
        expect(second.Successful?.[0]?.MessageId).toBe(first.Successful?.[0]?.MessageId);
        expect(await receiveBodies(url)).toEqual(["1", "2"]);
      });

      test.each([
        ["no entry", [], "EmptyBatchRequest"],
        [
          "eleven",
          Array.from({ length: 11 }, (_, index) => entry(String(index))),
          "TooManyEntriesInBatchRequest",
        ],
        ["an id that comes twice", [entry("1"), entry("1")], "BatchEntryIdsNotDistinct"],
        ["an id with a dot", [entry("prod.eu")], "InvalidBatchEntryId"],
        [
          "more than 1 MiB",
          ["1", "2"].map((id) => ({ ...entry(id), MessageBody: "x".repeat(600_000) })),
          "BatchRequestTooLong",
        ],
      ])("refuses %s", async (_what, entries, error) => {
        const { url } = await create();
        await expect(sendBatch(url, entries)).rejects.toMatchObject({ name: error });
        expect(await receive(url)).toEqual([]);
      });
    });

    describe("ReceiveMessage", () => {
      test("answers what is known of a message, if it is asked for", async () => {
        const { url } = await create();
        const sentAt = Date.now();
        const { MessageId, SequenceNumber } = await send(url, { MessageDeduplicationId: "tick" });
        const [message] = await receive(url, { MessageSystemAttributeNames: ["All"] });
        expect(message).toMatchObject({
          MessageId,
          Body: "body",
          Attributes: {
            ApproximateReceiveCount: "1",
            MessageGroupId: "group",
            MessageDeduplicationId: "tick",
            SequenceNumber,
            SenderId: expect.stringMatching(/./),
          },
        });
        const sent = Number(message?.Attributes?.SentTimestamp);
        expect(Math.abs(sent - sentAt)).toBeLessThan(60_000);
      });

      test("answers the bare message otherwise", async () => {
        const { url } = await create();
        await send(url);
        expect((await receive(url))[0]?.Attributes).toBeUndefined();
      });

      test("answers a group in order, one after the other while one is in flight", async () => {
        const { url } = await create();
        await sendBodies(url, "group", "1", "2", "3");
        const [first] = await receive(url, { MaxNumberOfMessages: 1 });
        expect(first?.Body).toBe("1");
        expect(await receive(url)).toEqual([]);
        await remove(url, first?.ReceiptHandle);
        expect(await receiveBodies(url)).toEqual(["2", "3"]);
      });

      test("goes on with other groups while one is in flight", async () => {
        const { url } = await create();
        await sendBodies(url, "slow", "slow 1", "slow 2");
        await receive(url, { MaxNumberOfMessages: 1 });
        await sendBodies(url, "quick", "quick 1");
        expect(await receiveBodies(url)).toEqual(["quick 1"]);
      });

      test("answers a message again when its visibility times out", async () => {
        const { url } = await create({ VisibilityTimeout: "1" });
        await sendBodies(url, "group", "1", "2");
        await receive(url, { MaxNumberOfMessages: 1 });
        await target.elapse(1_100);
        const [first] = await receive(url, { MessageSystemAttributeNames: ["All"] });
        expect(first?.Body).toBe("1");
        expect(first?.Attributes?.ApproximateReceiveCount).toBe("2");
      });

      test("refuses to answer more than ten", async () => {
        const { url } = await create();
        await expect(receive(url, { MaxNumberOfMessages: 11 })).rejects.toMatchObject({
          Code: "InvalidParameterValue",
        });
      });
    });

    describe("ChangeMessageVisibility", () => {
      test("brings a message back at once", async () => {
        const { url } = await create();
        await send(url);
        const [message] = await receive(url);
        await changeVisibility(url, message?.ReceiptHandle, 0);
        expect(await receiveBodies(url)).toEqual(["body"]);
      });

      test("hides a message for longer, and its group with it", async () => {
        const { url } = await create({ VisibilityTimeout: "1" });
        await sendBodies(url, "group", "1", "2");
        const [message] = await receive(url, { MaxNumberOfMessages: 1 });
        await changeVisibility(url, message?.ReceiptHandle, 60);
        await target.elapse(1_100);
        expect(await receive(url)).toEqual([]);
      });

      test("is for this time only", async () => {
        const { url } = await create({ VisibilityTimeout: "60" });
        await send(url);
        const [message] = await receive(url);
        await changeVisibility(url, message?.ReceiptHandle, 0);
        await receive(url);
        expect(await receive(url)).toEqual([]);
      });

      test.each([remove, (url: string, handle: string) => changeVisibility(url, handle, 0)])(
        "and DeleteMessage refuse what isn't a receipt handle",
        async (action) => {
          const { url } = await create();
          await expect(action(url, "nonsense")).rejects.toMatchObject({
            name: "ReceiptHandleIsInvalid",
          });
        },
      );
    });

    describe("a dead-letter queue", () => {
      async function createPair() {
        const dead = await create();
        const { QueueArn } = await attributesOf(dead.url, "QueueArn");
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 2 });
        return { dead, live: await create({ RedrivePolicy }) };
      }

      async function fail(url: string) {
        const [message] = await receive(url, { MaxNumberOfMessages: 1 });
        await changeVisibility(url, message?.ReceiptHandle, 0);
        return message?.Body;
      }

      test("gets what was received too often, and its group goes on", async () => {
        const { dead, live } = await createPair();
        await sendBodies(live.url, "group", "poison", "next");
        expect([await fail(live.url), await fail(live.url)]).toEqual(["poison", "poison"]);
        expect(await receiveBodies(dead.url)).toEqual([]);
        expect(await receiveBodies(live.url)).toEqual(["next"]);
        const [message] = await receive(dead.url, { MessageSystemAttributeNames: ["All"] });
        expect(message).toMatchObject({
          Body: "poison",
          Attributes: {
            MessageGroupId: "group",
            DeadLetterQueueSourceArn: (await attributesOf(live.url, "QueueArn")).QueueArn,
          },
        });
      });
    });
  });
}

/** Its id is its body, and what deduplicates it. */
function entry(id: string): SendMessageBatchRequestEntry {
  return { Id: id, MessageBody: id, MessageGroupId: "group", MessageDeduplicationId: id };
}
