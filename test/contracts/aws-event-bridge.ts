/** What this program relies on in EventBridge, said with the SDK that it uses. */
import { randomUUID } from "node:crypto";
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

export function eventBridgeContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`EventBridge: ${name}`, () => {
    let target: ContractTarget;
    let client: EventBridgeClient;
    beforeAll(async () => {
      target = await start();
      client = new EventBridgeClient(clientConfig(target));
    });
    afterAll(() => target?.close());

    /** Every test has a rule of its own. */
    async function create(): Promise<string> {
      const Name = `contract-${randomUUID()}`;
      await client.send(new PutRuleCommand({ Name, ScheduleExpression: "rate(10 minutes)" }));
      return Name;
    }

    const describeRule = (Name: string) => client.send(new DescribeRuleCommand({ Name }));

    test("has a rule that is enabled once it is made", async () => {
      const rule = await create();
      expect(await describeRule(rule)).toMatchObject({
        Name: rule,
        Arn: `arn:aws:events:${target.region}:${target.account}:rule/${rule}`,
        State: "ENABLED",
        ScheduleExpression: "rate(10 minutes)",
      });
    });

    test("says of a rule whether it is enabled", async () => {
      const Name = await create();
      await client.send(new DisableRuleCommand({ Name }));
      expect(await describeRule(Name)).toMatchObject({ State: "DISABLED" });
      await client.send(new EnableRuleCommand({ Name }));
      expect(await describeRule(Name)).toMatchObject({ State: "ENABLED" });
    });

    test("doesn't find a rule that isn't there", async () => {
      await expect(describeRule("nowhere")).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      });
    });

    test("is denied to a role without the right, naming action and principal", async () => {
      const credentials = await assume(target, target.powerlessRoleArn);
      const powerless = new EventBridgeClient(clientConfig(target, { credentials }));
      const Name = await create();
      await expect(powerless.send(new DescribeRuleCommand({ Name }))).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringMatching(
          /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: events:DescribeRule /,
        ),
      });
    });
  });
}
