/** Versions of a record: one that nobody reads yet, and what makes it the one that is read. */
import { randomUUID } from "node:crypto";
import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { readAwsAnswer } from "../aws/ask-aws.ts";
import { translateAwsError } from "../aws/errors.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import { StoreError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import { writtenFields } from "./secrets-manager-answer.ts";
import {
  callOn,
  changeRecord,
  describeRecord,
  type RecordCall,
  type Records,
} from "./secrets-manager-records.ts";

export interface VersionMove {
  /** The version that was current when it was read; undefined: there was none. */
  readonly from: string | undefined;
  readonly to: string;
}

/** AWS's own names: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
const current = "AWSCURRENT";
const pending = "AWSPENDING";

/** The id of the new version; undefined: no such cluster is registered. @throws StoreError */
export function putPending(
  records: Records,
  name: string,
  kubeconfig: SecretValue,
): Promise<string | undefined> {
  return changeRecord(records, { name, action: "PutSecretValue" }, async (call) => {
    const command = new PutSecretValueCommand({
      SecretId: call.secret,
      SecretString: kubeconfig.reveal(),
      VersionStages: [pending],
      // The version's id: sent again after a lost answer, it makes no second version.
      ClientRequestToken: randomUUID(),
    });
    const answer = await records.client.send(command);
    return readAwsAnswer(call, writtenFields, answer, StoreError).VersionId;
  });
}

/**
 * Compare and swap: AWS refuses the move when another version than `from` is current by now.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 * @returns "changed" as well for a record that is gone
 * @throws StoreError
 */
export async function promote(
  records: Records,
  name: string,
  { from, to }: VersionMove,
): Promise<"promoted" | "changed"> {
  const call = callOn(records, name, "UpdateSecretVersionStage");
  if (call === undefined) return "changed";
  const move = { SecretId: call.secret, MoveToVersionId: to, RemoveFromVersionId: from };
  const command = new UpdateSecretVersionStageCommand({ ...move, VersionStage: current });
  const outcome = await records.client.send(command).then(
    () => "promoted" as const,
    (error: unknown) => outcomeOfRefusal(records, name, { call, error, from, to }),
  );
  await dropPending(records, call.secret, to);
  return outcome;
}

/** An InvalidParameterException for a move that comes late, the others for what is gone by then. */
const mayBeLate = named(
  "InvalidParameterException",
  "InvalidRequestException",
  "ResourceNotFoundException",
);

interface Refusal extends VersionMove {
  readonly call: RecordCall;
  readonly error: unknown;
}

async function outcomeOfRefusal(records: Records, name: string, refusal: Refusal) {
  const { call, error, from, to } = refusal;
  if (mayBeLate(readSdkError(error))) {
    const there = await describeRecord(records, name);
    if (there === undefined || there.doomed) return "changed";
    // The first attempt did it, and its answer got lost.
    if (there.currentVersionId === to) return "promoted";
    if (there.currentVersionId !== from) return "changed";
  }
  throw translateAwsError(error, call, StoreError);
}

/** Takes the label off what isn't pending any more. */
async function dropPending(records: Records, secret: string, versionId: string): Promise<void> {
  const version = { SecretId: secret, RemoveFromVersionId: versionId };
  const command = new UpdateSecretVersionStageCommand({ ...version, VersionStage: pending });
  // Only tidiness, after what mattered is done: the next pending version takes the label anyway.
  await records.client.send(command).catch(() => undefined);
}
