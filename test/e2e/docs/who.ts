/** Somebody who may just what a policy of the documents says. */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface Policy {
  readonly Statement: readonly object[];
}

/** @returns what their shell has in its environment */
export async function assumeNewRole(
  aws: AwsEmulator,
  name: string,
  { Statement }: Policy,
): Promise<Readonly<Record<string, string>>> {
  const RoleArn = await aws.createRole(name, []);
  for (const [index, statement] of Statement.entries()) {
    await aws.iam.putRolePolicy(name, `statement-${index}`, statement);
  }
  const { endpoint, region, credentials } = aws;
  const client = new STSClient({ endpoint, region, credentials });
  const answer = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "reader" }));
  const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error("no credentials came");
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
  };
}
