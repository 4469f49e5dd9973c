/** Clusters in AWS Secrets Manager: one secret each, a kubeconfig as its value. */
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { readAwsAnswer } from "../aws/ask-aws.ts";
import { translateAwsError } from "../aws/errors.ts";
import { readSdkError } from "../aws/sdk-error.ts";
import { StoreError } from "../errors.ts";
import { type ClusterState, changedTags, readState } from "./record-state.ts";
import { notText, valueFields } from "./secrets-manager-answer.ts";
import { listRecords } from "./secrets-manager-list.ts";
import {
  callOn,
  describeRecord,
  isGone,
  isNotFound,
  openRecords,
  type Records,
  type SecretsManagerStoreOptions,
} from "./secrets-manager-records.ts";
import { writeTags } from "./secrets-manager-tags.ts";
import type { ClusterRecord, ClusterStore, ListedCluster } from "./store.ts";

/** @throws UserError for what is no stage's name */
export function createSecretsManagerStore(options: SecretsManagerStoreOptions): ClusterStore {
  const records = openRecords(options);
  return {
    list: (giveUp) => listRecords(records, giveUp),
    read: (name) => readRecord(records, name),
    describe: (name) => describeCluster(records, name),
    saveState: (name: string, before: ClusterState, after: ClusterState) =>
      writeTags(records, name, changedTags(before, after)),
  };
}

async function readRecord(records: Records, name: string): Promise<ClusterRecord | undefined> {
  const call = callOn(records, name, "GetSecretValue");
  if (call === undefined) return undefined;
  const { secret } = call;
  let answer: unknown;
  try {
    answer = await records.client.send(new GetSecretValueCommand({ SecretId: secret }));
  } catch (error) {
    if (await isGone(records, name, error)) return undefined;
    if (!isNotFound(readSdkError(error))) throw translateAwsError(error, call, StoreError);
    return { name, versionId: undefined, kubeconfig: notText(secret, "no value") };
  }
  const { VersionId, SecretString } = readAwsAnswer(call, valueFields, answer, StoreError);
  const kubeconfig = SecretString ?? notText(secret, "binary data");
  return { name, versionId: VersionId, kubeconfig };
}

async function describeCluster(records: Records, name: string): Promise<ListedCluster | undefined> {
  const there = await describeRecord(records, name);
  return there === undefined || there.doomed ? undefined : { name, state: readState(there.tags) };
}
