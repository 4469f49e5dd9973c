/** A record that is to be deleted, brought back with a value and a state of now. */
import { RestoreSecretCommand, UpdateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { translateAwsError } from "../aws/errors.ts";
import { StoreError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import { changedTags, readState } from "./record-state.ts";
import {
  changeRecord,
  type DescribedRecord,
  describeRecord,
  type RecordCall,
  type Records,
} from "./secrets-manager-records.ts";
import { tagsToSet, writeTags } from "./secrets-manager-tags.ts";
import { promote, putPending } from "./secrets-manager-versions.ts";
import type { NewRecordOptions } from "./store.ts";

export interface NewRecord extends NewRecordOptions {
  readonly kubeconfig: SecretValue;
}

interface Revival {
  readonly call: RecordCall;
  readonly doomed: DescribedRecord;
  readonly wanted: NewRecord;
}

/** @returns "exists": somebody else was faster, and what they made is left as it is */
export async function revive(
  records: Records,
  name: string,
  revival: Revival,
): Promise<"created" | "exists"> {
  const call: RecordCall = { ...revival.call, action: "secretsmanager:RestoreSecret" };
  if (!(await restore(records, name, call))) return "exists";
  try {
    return await renew(records, name, revival);
  } catch (error) {
    const isHalf = error instanceof StoreError && error.kind !== "conflict";
    throw isHalf ? halfRevived(call.secret, error) : error;
  }
}

/** False: it was restored meanwhile. */
async function restore(records: Records, name: string, call: RecordCall): Promise<boolean> {
  try {
    await records.client.send(new RestoreSecretCommand({ SecretId: call.secret }));
    return true;
  } catch (error) {
    const there = await describeRecord(records, name);
    if (there === undefined) throw gone(call.secret);
    if (there.doomed) throw translateAwsError(error, call, StoreError);
    return false;
  }
}

/**
 * AWS may let two people restore the same record. The compare-and-swap of the version tells them
 * apart: to the second, another one is current than the one that was deleted.
 */
async function renew(
  records: Records,
  name: string,
  { call, doomed, wanted }: Revival,
): Promise<"created" | "exists"> {
  if (doomed.kmsKeyId !== wanted.kmsKeyId) await changeKey(records, name, wanted.kmsKeyId);
  const to = await putPending(records, name, wanted.kubeconfig);
  if (to === undefined) throw gone(call.secret);
  const outcome = await promote(records, name, { from: doomed.currentVersionId, to });
  if (outcome === "changed") return "exists";
  const { set, remove } = changedTags(readState(doomed.tags), wanted.state);
  const missing = tagsToSet(wanted.tags, doomed.tags);
  await writeTags(records, name, { set: [...set, ...missing], remove });
  return "created";
}

function changeKey(records: Records, name: string, kmsKeyId = ""): Promise<unknown> {
  // An empty one stands for the key that AWS has for all secrets.
  return changeRecord(records, { name, action: "UpdateSecret" }, ({ secret }) =>
    records.client.send(new UpdateSecretCommand({ SecretId: secret, KmsKeyId: kmsKeyId })),
  );
}

function gone(secret: string): StoreError {
  return new StoreError("conflict", `the record ${secret} was deleted while it was restored`, {
    hint: "Somebody else is at work on that cluster: agree with them, and run the command again.",
  });
}

function halfRevived(secret: string, { kind, message, hint = "" }: StoreError): StoreError {
  const state = `the record ${secret} is restored, but may hold what it held before`;
  return new StoreError(kind, `${message}; ${state}`, {
    hint: `${hint} Then register the cluster again with --replace.`,
  });
}
