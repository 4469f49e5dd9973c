/** Logins that somebody keeps in Secrets Manager, for registries that aren't ECR. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface KeptLogins {
  keep(name: string, value: string): Promise<void>;
  change(name: string, value: string): Promise<void>;
  /** At once, without the days in which it could be restored. */
  remove(name: string): Promise<void>;
}

export function keptLogins({ endpoint, region, credentials }: AwsEmulator): KeptLogins {
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const idOf = (name: string) => `ecr-pull-secrets/registries/${name}`;
  return {
    keep: async (name, SecretString) => {
      await client.send(new CreateSecretCommand({ Name: idOf(name), SecretString }));
    },
    change: async (name, SecretString) => {
      await client.send(new PutSecretValueCommand({ SecretId: idOf(name), SecretString }));
    },
    remove: async (name) => {
      const SecretId = idOf(name);
      await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    },
  };
}
