/** CloudWatch Logs in the AWS emulator: what functions wrote. */
import { z } from "zod";
import { type EmulatorAccount, rootAuthorization } from "./aws-emulator-iam.ts";

export interface EmulatorLogs {
  /** Names of all log groups. */
  groups(): Promise<readonly string[]>;
  /** All messages of a group so far, oldest first. */
  messages(group: string): Promise<readonly string[]>;
}

const groupsAnswer = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });

const eventsAnswer = z.object({
  events: z.array(z.object({ timestamp: z.number(), message: z.string() })),
  nextToken: z.string().optional(),
});

export function createLogs(emulator: EmulatorAccount): EmulatorLogs {
  return {
    groups: async () => {
      const answer = groupsAnswer.parse(await callLogs(emulator, "DescribeLogGroups", {}));
      return answer.logGroups.map(({ logGroupName }) => logGroupName);
    },
    messages: async (group) => {
      const events: z.output<typeof eventsAnswer>["events"] = [];
      let nextToken: string | undefined;
      do {
        const query = { logGroupName: group, nextToken };
        const page = eventsAnswer.parse(await callLogs(emulator, "FilterLogEvents", query));
        events.push(...page.events);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return events
        .toSorted((one, other) => one.timestamp - other.timestamp)
        .map(({ message }) => message);
    },
  };
}

async function callLogs(
  emulator: EmulatorAccount,
  action: string,
  input: object,
): Promise<unknown> {
  const response = await fetch(emulator.emulatorUrl, {
    method: "POST",
    headers: {
      authorization: rootAuthorization(emulator, "logs"),
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Logs_20140328.${action}`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) {
    throw new Error(`Logs ${action}: ${response.status} ${await response.text()}`);
  }
  return await response.json();
}
