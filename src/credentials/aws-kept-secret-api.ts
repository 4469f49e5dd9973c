/** Versions and values of kept secrets, through the AWS SDK. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsSession } from "../aws/session.ts";
import { MintError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";
import { doomed, lacking, type SecretCall, translateSecretError } from "./kept-secret-errors.ts";
import type { KeptSecretApi } from "./static.ts";

const describedFields = z.object({
  /** Present: it is to be deleted. */
  DeletedDate: z.unknown().optional(),
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).default({}),
});

const valueFields = z.object({
  SecretString: z
    .string()
    .transform((text) => new SecretValue(text))
    .optional(),
  SecretBinary: z
    .unknown()
    .transform((bytes) => bytes !== undefined)
    .optional(),
});

export function createAwsKeptSecretApi(session: AwsSession): KeptSecretApi {
  const clients = new Map<string, SecretsManagerClient>();

  function clientIn(region: string): SecretsManagerClient {
    const credentials = session.credentialsOf(undefined);
    const client =
      clients.get(region) ??
      new SecretsManagerClient({ ...session.clientConfig, region, credentials });
    clients.set(region, client);
    return client;
  }

  return {
    async currentVersion({ secretId: secret, region }) {
      const call: SecretCall = { action: "secretsmanager:DescribeSecret", region, secret };
      const command = new DescribeSecretCommand({ SecretId: secret });
      const answer = await ask(call, () => clientIn(region).send(command));
      const fields = readAwsAnswer(call, describedFields, answer, MintError);
      if (fields.DeletedDate !== undefined) throw doomed(call);
      const versions = Object.entries(fields.VersionIdsToStages);
      const current = versions.find(([, labels]) => labels.includes("AWSCURRENT"))?.[0];
      if (current === undefined) throw lacking(call, "no value");
      return current;
    },
    async readVersion({ secretId: secret, region }, version) {
      const call: SecretCall = { action: "secretsmanager:GetSecretValue", region, secret };
      const command = new GetSecretValueCommand({ SecretId: secret, VersionId: version });
      const answer = await ask(call, () => clientIn(region).send(command));
      const value = readAwsAnswer(call, valueFields, answer, MintError);
      if (value.SecretString) return value.SecretString;
      throw lacking(call, value.SecretBinary ? "binary data" : "no value");
    },
  };
}

async function ask<Answer>(call: SecretCall, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw translateSecretError(error, call);
  }
}
