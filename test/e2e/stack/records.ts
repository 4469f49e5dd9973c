/** Records of clusters, as they are in Secrets Manager: not by way of the code under test. */
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

export interface Records {
  /** By hand, as the README tells it: a secret that holds a kubeconfig. */
  register(cluster: string, kubeconfig: string): Promise<void>;
  /** Of a cluster's record. */
  tags(cluster: string): Promise<Readonly<Record<string, string>>>;
  /** Kubeconfigs by staging label: AWSCURRENT, AWSPREVIOUS, AWSPENDING. */
  versions(cluster: string): Promise<ReadonlyMap<string, string>>;
  /** Of all secrets in the account that aren't about to be deleted, whoever made them. */
  secretNames(): Promise<readonly string[]>;
}

export function createRecords(aws: AwsEmulator, stage: string): Records {
  const { endpoint, region, credentials } = aws;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const recordName = (cluster: string) => `ecr-pull-secrets/${stage}/clusters/${cluster}`;
  const describe = (cluster: string) =>
    client.send(new DescribeSecretCommand({ SecretId: recordName(cluster) }));
  return {
    register: async (cluster, kubeconfig) => {
      const record = { Name: recordName(cluster), SecretString: kubeconfig };
      await client.send(new CreateSecretCommand(record));
    },
    tags: async (cluster) => {
      const { Tags = [] } = await describe(cluster);
      return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    },
    versions: async (cluster) => {
      const { VersionIdsToStages = {} } = await describe(cluster);
      const versions = new Map<string, string>();
      for (const [VersionId, stages] of Object.entries(VersionIdsToStages)) {
        const version = { SecretId: recordName(cluster), VersionId };
        const { SecretString = "" } = await client.send(new GetSecretValueCommand(version));
        for (const label of stages) versions.set(label, SecretString);
      }
      return versions;
    },
    secretNames: async () => {
      const names: string[] = [];
      for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
        names.push(...SecretList.map(({ Name = "" }) => Name));
      }
      return names;
    },
  };
}
