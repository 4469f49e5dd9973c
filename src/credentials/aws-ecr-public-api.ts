/** GetAuthorizationToken of ECR Public through the AWS SDK. */
import { ECRPUBLICClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";
import type { EcrPublicApi } from "./ecr-public.ts";

/** One object, where ECR's private registries answer a list. */
const answerSchema = z.object({
  authorizationData: z.object({
    authorizationToken: z.string().transform((token) => new SecretValue(token)),
    expiresAt: z.date(),
  }),
});

export function createAwsEcrPublicApi(session: AwsSession): EcrPublicApi {
  const clients = new Map<string | undefined, ECRPUBLICClient>();
  return {
    async getAuthorizationToken({ region, roleArn }) {
      const call: AwsCall = { action: "ecr-public:GetAuthorizationToken", region, roleArn };
      const credentials = session.credentialsOf(roleArn);
      const client =
        clients.get(roleArn) ??
        new ECRPUBLICClient({ ...session.clientConfig, region, credentials });
      clients.set(roleArn, client);
      const command = new GetAuthorizationTokenCommand({});
      const answer = await askAws(call, () => client.send(command), MintError);
      return readAwsAnswer(call, answerSchema, answer, MintError).authorizationData;
    },
  };
}
