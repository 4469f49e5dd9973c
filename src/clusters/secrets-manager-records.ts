/** What reading and writing have in common: the client, and one call about one cluster's record. */
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { translateAwsError } from "../aws/errors.ts";
import { defaultPatience, type Patience, patientRetries } from "../aws/patient-retries.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import type { AwsSession } from "../aws/session.ts";
import { StoreError } from "../errors.ts";
import { recordName, recordPrefix } from "./record-name.ts";
import type { Tag } from "./record-state.ts";
import { describedFields } from "./secrets-manager-answer.ts";

export interface SecretsManagerStoreOptions {
  readonly session: AwsSession;
  readonly region: string;
  readonly stage: string;
  readonly patience?: Patience;
}

/** A stage's records, and how to reach them. */
export interface Records {
  readonly client: SecretsManagerClient;
  readonly stage: string;
  readonly region: string;
}

/** A call about one record: `secret` is its name. */
export type RecordCall = AwsCall & { readonly secret: string };

export interface DescribedRecord {
  readonly tags: readonly Tag[];
  /** It is to be deleted, and counts as deleted. */
  readonly doomed: boolean;
  /** Undefined: the key that AWS has for all secrets. */
  readonly kmsKeyId: string | undefined;
  /** The version that AWSCURRENT names; undefined: it never had a value. */
  readonly currentVersionId: string | undefined;
}

/** @throws UserError for what is no stage's name */
export function openRecords(options: SecretsManagerStoreOptions): Records {
  const { session, region, stage, patience = defaultPatience } = options;
  recordPrefix(stage);
  const client = new SecretsManagerClient({
    ...session.clientConfig,
    region,
    credentials: session.credentialsOf(undefined),
    retryStrategy: patientRetries(patience, Math.random),
  });
  return { client, stage, region };
}

/** Undefined: no secret can have that name, and AWS isn't asked. */
export function callOn(
  { stage, region }: Records,
  name: string,
  action: string,
): RecordCall | undefined {
  const secret = recordName(stage, name);
  return secret === undefined ? undefined : { action: `secretsmanager:${action}`, region, secret };
}

/** @throws StoreError */
export async function describeRecord(
  records: Records,
  name: string,
): Promise<DescribedRecord | undefined> {
  const call = callOn(records, name, "DescribeSecret");
  if (call === undefined) return undefined;
  const command = new DescribeSecretCommand({ SecretId: call.secret });
  const ask = () => records.client.send(command).catch(undefinedIfNotFound);
  const answer = await askAws(call, ask, StoreError);
  if (answer === undefined) return undefined;
  const fields = readAwsAnswer(call, describedFields, answer, StoreError);
  const versions = Object.entries(fields.VersionIdsToStages);
  return {
    tags: fields.Tags,
    doomed: fields.DeletedDate !== undefined,
    kmsKeyId: fields.KmsKeyId,
    currentVersionId: versions.find(([, labels]) => labels.includes("AWSCURRENT"))?.[0],
  };
}

/**
 * @param send is given the call, which also names the secret
 * @returns undefined: there is no such record (any more)
 * @throws StoreError
 */
export async function changeRecord<Answer>(
  records: Records,
  { name, action }: { readonly name: string; readonly action: string },
  send: (call: RecordCall) => Promise<Answer>,
): Promise<Answer | undefined> {
  const call = callOn(records, name, action);
  if (call === undefined) return undefined;
  try {
    return await send(call);
  } catch (error) {
    if (await isGone(records, name, error)) return undefined;
    throw translateAwsError(error, call, StoreError);
  }
}

export const isNotFound = named("ResourceNotFoundException");
/** An InvalidRequestException is what a secret that is to be deleted answers, but not only. */
const mayBeGone = named("ResourceNotFoundException", "InvalidRequestException");

/** Whether an error means that there is no such record. @throws StoreError */
export async function isGone(records: Records, name: string, error: unknown): Promise<boolean> {
  return mayBeGone(readSdkError(error)) && (await describeRecord(records, name))?.doomed !== false;
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(readSdkError(error))) throw error;
}
