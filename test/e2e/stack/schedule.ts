/** EventBridge's rule, which fires dispatch. */
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
} from "@aws-sdk/client-eventbridge";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface Schedule {
  disable(): Promise<void>;
  enable(): Promise<void>;
}

export function scheduleOf(stage: string, aws: AwsEmulator): Schedule {
  const { endpoint, region, credentials } = aws;
  const client = new EventBridgeClient({ endpoint, region, credentials });
  const Name = `ecr-pull-secrets-${stage}-dispatch`;
  return {
    disable: async () => {
      await client.send(new DisableRuleCommand({ Name }));
    },
    enable: async () => {
      await client.send(new EnableRuleCommand({ Name }));
    },
  };
}
