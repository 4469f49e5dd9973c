/** GetAuthorizationToken through the AWS SDK. */
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";
import type { EcrApi, EcrTokenAnswer, EcrTokenRequest } from "./ecr.ts";

const tokenSchema = z.object({
  authorizationToken: z.string().transform((token) => new SecretValue(token)),
  proxyEndpoint: z.string(),
  expiresAt: z.date(),
});
/** One token opens every registry that the principal may read: what follows it doesn't matter. */
const answerSchema = z.object({
  authorizationData: z.tuple([tokenSchema]).rest(z.unknown()),
});

export function createAwsEcrApi(session: AwsSession): EcrApi {
  const clients = new Map<string, ECRClient>();

  function clientFor({ region, roleArn }: EcrTokenRequest): ECRClient {
    const key = JSON.stringify([roleArn, region]);
    const credentials = session.credentialsOf(roleArn);
    const client =
      clients.get(key) ?? new ECRClient({ ...session.clientConfig, region, credentials });
    clients.set(key, client);
    return client;
  }

  return {
    async getAuthorizationToken(request): Promise<EcrTokenAnswer> {
      const call: AwsCall = { action: "ecr:GetAuthorizationToken", ...request };
      const command = new GetAuthorizationTokenCommand({});
      const answer = await askAws(call, () => clientFor(request).send(command), MintError);
      return readAwsAnswer(call, answerSchema, answer, MintError).authorizationData[0];
    },
  };
}
