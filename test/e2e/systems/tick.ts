/** The schedule's event, before its time. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Stack } from "../stack/stack.ts";

/** One message per registered cluster; what becomes of them is in the log. */
export async function tick({ aws, stage }: Stack): Promise<void> {
  const { endpoint, region, credentials } = aws;
  const client = new LambdaClient({ endpoint, region, credentials });
  const event = { source: "aws.events", time: new Date().toISOString() };
  const command = new InvokeCommand({
    FunctionName: `ecr-pull-secrets-${stage}-dispatch`,
    Payload: Buffer.from(JSON.stringify(event)),
  });
  const { FunctionError, Payload } = await client.send(command);
  if (FunctionError !== undefined) throw new Error(Payload?.transformToString());
}
