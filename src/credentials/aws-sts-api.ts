/** AssumeRole through the AWS SDK. */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";
import type { AssumeRoleApi } from "./aws-role.ts";

const secret = z
  .string()
  .min(1)
  .transform((text) => new SecretValue(text));
/** The key's id goes into a file of the pods, and is no secret: it stands in each request. */
const answerSchema = z.object({
  AccessKeyId: z.string().regex(/^\w{16,128}$/),
  SecretAccessKey: secret,
  SessionToken: secret,
  Expiration: z.date(),
});

/** With the caller's own credentials, at the STS of the session's region, and so of its partition. */
export function createAwsStsApi(session: AwsSession): AssumeRoleApi {
  const { region } = session;
  let client: STSClient | undefined;

  function caller(): STSClient {
    const credentials = session.credentialsOf(undefined);
    client ??= new STSClient({ ...session.clientConfig, region, credentials });
    return client;
  }

  return {
    async assumeRole({ roleArn, sessionName, sessionPolicy, durationSeconds }) {
      const call: AwsCall = { action: "sts:AssumeRole", region, roleArn };
      const command = new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: durationSeconds,
        ...(sessionPolicy === undefined ? {} : { Policy: sessionPolicy }),
      });
      const answer = await askAws(call, () => caller().send(command), MintError);
      const minted = readAwsAnswer(call, answerSchema, answer.Credentials, MintError);
      return {
        accessKeyId: minted.AccessKeyId,
        secretAccessKey: minted.SecretAccessKey,
        sessionToken: minted.SessionToken,
        expiresAt: minted.Expiration,
      };
    },
  };
}
