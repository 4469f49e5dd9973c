import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** As the root user. */
export async function assumeRole(
  { endpoint, region, credentials }: AwsEmulator,
  roleArn: string,
): Promise<SessionKeys> {
  const client = new STSClient({ endpoint, region, credentials });
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "jane" });
  const { Credentials: keys } = await client.send(command);
  if (keys?.AccessKeyId && keys.SecretAccessKey && keys.SessionToken) {
    const { AccessKeyId, SecretAccessKey, SessionToken } = keys;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
  }
  throw new Error(`STS gives no session of ${roleArn}`);
}
