/** What this program relies on in SNS, said with the SDK that it uses. */
import { randomUUID } from "node:crypto";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

export interface SnsTarget extends ContractTarget {
  /** Subscribes to a topic that is there; returns how to read what it is told from now on. */
  subscribe(topicName: string): Promise<() => Promise<readonly Heard[]>>;
}

export interface Heard {
  readonly subject: string;
  readonly text: string;
  /** Values by names. */
  readonly attributes: Readonly<Record<string, string>>;
}

export function snsContract(name: string, start: () => Promise<SnsTarget>): void {
  describe(`SNS: ${name}`, () => {
    let target: SnsTarget;
    let client: SNSClient;
    beforeAll(async () => {
      target = await start();
      client = new SNSClient(clientConfig(target));
    });
    afterAll(() => target?.close());

    /** Every test has a topic of its own. */
    async function create() {
      const Name = `contract-${randomUUID()}`;
      const { TopicArn } = await client.send(new CreateTopicCommand({ Name }));
      return { Name, TopicArn };
    }

    test("has a topic once it is made, and makes none a second time", async () => {
      const { Name, TopicArn } = await create();
      expect(TopicArn).toBe(`arn:aws:sns:${target.region}:${target.account}:${Name}`);
      const again = await client.send(new CreateTopicCommand({ Name }));
      expect(again.TopicArn).toBe(TopicArn);
    });

    test("tells subscribers subject, text and attributes, to the letter", async () => {
      const { Name, TopicArn } = await create();
      const heard = await target.subscribe(Name);
      const message = {
        Subject: "ecr-pull-secrets prod: prod-eu keeps failing, 8 h left",
        Message: 'Cause:  <"no"> & ümlaut = 100 %\nHint:   a+b\n',
      };
      const text = (StringValue: string) => ({ DataType: "String", StringValue });
      const MessageAttributes = { stage: text("prod"), cluster: text("prod-eu") };
      const command = new PublishCommand({ TopicArn, ...message, MessageAttributes });
      expect(await client.send(command)).toMatchObject({ MessageId: expect.any(String) });
      expect(await heard()).toEqual([
        {
          subject: message.Subject,
          text: message.Message,
          attributes: { stage: "prod", cluster: "prod-eu" },
        },
      ]);
    });

    test("takes 256 KiB, and refuses more", async () => {
      const { TopicArn } = await create();
      const publish = (bytes: number) =>
        client.send(new PublishCommand({ TopicArn, Message: "x".repeat(bytes) }));
      await expect(publish(262_144)).resolves.toHaveProperty("MessageId");
      await expect(publish(262_145)).rejects.toMatchObject({ name: "InvalidParameterException" });
    });

    test("doesn't find a topic that isn't there", async () => {
      const { TopicArn } = await create();
      const command = new PublishCommand({ TopicArn: `${TopicArn}-nowhere`, Message: "x" });
      await expect(client.send(command)).rejects.toMatchObject({
        name: "NotFoundException",
        $metadata: { httpStatusCode: 404 },
      });
    });

    test("is denied to a role without the right, naming action and principal", async () => {
      const { TopicArn } = await create();
      const credentials = await assume(target, target.powerlessRoleArn);
      const powerless = new SNSClient(clientConfig(target, { credentials }));
      const command = new PublishCommand({ TopicArn, Message: "x" });
      await expect(powerless.send(command)).rejects.toMatchObject({
        name: "AuthorizationErrorException",
        message: expect.stringMatching(
          /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: sns:Publish /i,
        ),
      });
    });
  });
}
