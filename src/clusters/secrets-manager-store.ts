/** Clusters in AWS Secrets Manager: one secret each, a kubeconfig as its value. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { translateAwsError } from "../aws/errors.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import type { AwsSession } from "../aws/session.ts";
import { StoreError } from "../errors.ts";
import {
  type ClusterState,
  changedTags,
  readState,
  recordName,
  recordPrefix,
  type TagChanges,
} from "./record.ts";
import { notText, secretFields, valueFields } from "./secrets-manager-answer.ts";
import { listRecords } from "./secrets-manager-list.ts";
import type { ClusterRecord, ClusterStore, ListedCluster } from "./store.ts";

export interface SecretsManagerStoreOptions {
  readonly session: AwsSession;
  readonly region: string;
  readonly stage: string;
}

/** The SDK pauses up to half a second, then one, two, …: long enough for a burst to pass. */
const maxAttempts = 6;

const isNotFound = named("ResourceNotFoundException");
/** An InvalidRequestException is what a secret that is to be deleted answers, but not only. */
const mayBeGone = named("ResourceNotFoundException", "InvalidRequestException");

/** @throws UserError for what is no stage's name */
export function createSecretsManagerStore(options: SecretsManagerStoreOptions): ClusterStore {
  recordPrefix(options.stage);
  return new SecretsManagerStore(options);
}

class SecretsManagerStore implements ClusterStore {
  readonly #client: SecretsManagerClient;
  readonly #stage: string;
  readonly #region: string;

  constructor({ session, region, stage }: SecretsManagerStoreOptions) {
    const credentials = session.credentialsOf(undefined);
    const config = { ...session.clientConfig, region, credentials, maxAttempts };
    this.#client = new SecretsManagerClient(config);
    this.#stage = stage;
    this.#region = region;
  }

  list() {
    return listRecords({ client: this.#client, stage: this.#stage, region: this.#region });
  }

  async read(name: string): Promise<ClusterRecord | undefined> {
    const call = this.#callOn(name, "GetSecretValue");
    if (call === undefined) return undefined;
    const { secret } = call;
    let answer: unknown;
    try {
      answer = await this.#client.send(new GetSecretValueCommand({ SecretId: secret }));
    } catch (error) {
      if (await this.#isGone(name, error)) return undefined;
      if (!isNotFound(readSdkError(error))) throw translateAwsError(error, call, StoreError);
      return { name, versionId: undefined, kubeconfig: notText(secret, "no value") };
    }
    const { VersionId, SecretString } = readAwsAnswer(call, valueFields, answer, StoreError);
    const kubeconfig = SecretString ?? notText(secret, "binary data");
    return { name, versionId: VersionId, kubeconfig };
  }

  async describe(name: string): Promise<ListedCluster | undefined> {
    const call = this.#callOn(name, "DescribeSecret");
    if (call === undefined) return undefined;
    const command = new DescribeSecretCommand({ SecretId: call.secret });
    const ask = () => this.#client.send(command).catch(undefinedIfNotFound);
    const answer = await askAws(call, ask, StoreError);
    if (answer === undefined) return undefined;
    const { Tags, DeletedDate } = readAwsAnswer(call, secretFields, answer, StoreError);
    return DeletedDate === undefined ? { name, state: readState(Tags) } : undefined;
  }

  async saveState(name: string, before: ClusterState, after: ClusterState): Promise<boolean> {
    const { set, remove } = changedTags(before, after);
    const tagged = await this.#tag(name, set);
    const untagged = await this.#untag(name, remove);
    return tagged || untagged;
  }

  async #tag(name: string, tags: TagChanges["set"]): Promise<boolean> {
    const call = this.#callOn(name, "TagResource");
    if (call === undefined || tags.length === 0) return false;
    const command = new TagResourceCommand({ SecretId: call.secret, Tags: [...tags] });
    return this.#write(name, call, () => this.#client.send(command));
  }

  async #untag(name: string, keys: TagChanges["remove"]): Promise<boolean> {
    const call = this.#callOn(name, "UntagResource");
    if (call === undefined || keys.length === 0) return false;
    const command = new UntagResourceCommand({ SecretId: call.secret, TagKeys: [...keys] });
    return this.#write(name, call, () => this.#client.send(command));
  }

  /** False: there is no such record any more. */
  async #write(name: string, call: AwsCall, send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (error) {
      if (await this.#isGone(name, error)) return false;
      throw translateAwsError(error, call, StoreError);
    }
  }

  async #isGone(name: string, error: unknown): Promise<boolean> {
    return mayBeGone(readSdkError(error)) && (await this.describe(name)) === undefined;
  }

  /** Undefined: no secret can have that name, and AWS isn't asked. */
  #callOn(name: string, action: string) {
    const secret = recordName(this.#stage, name);
    const call = { action: `secretsmanager:${action}`, region: this.#region, secret } as const;
    return secret === undefined ? undefined : { ...call, secret };
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(readSdkError(error))) throw error;
}
