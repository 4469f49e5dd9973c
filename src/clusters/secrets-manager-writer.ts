/** Writes clusters into AWS Secrets Manager: makes and removes records, and changes their value. */
import { CreateSecretCommand, DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import { translateAwsError } from "../aws/errors.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import { KubeconfigError, StoreError, UserError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import { changedTags, readState } from "./record-state.ts";
import {
  callOn,
  changeRecord,
  describeRecord,
  openRecords,
  type Records,
  type SecretsManagerStoreOptions,
} from "./secrets-manager-records.ts";
import { type NewRecord, revive } from "./secrets-manager-revival.ts";
import { tagsToSet } from "./secrets-manager-tags.ts";
import { promote, putPending } from "./secrets-manager-versions.ts";
import type { ClusterWriter } from "./store.ts";

/** @throws UserError for what is no stage's name */
export function createSecretsManagerWriter(options: SecretsManagerStoreOptions): ClusterWriter {
  const records = openRecords(options);
  return {
    create: (name, kubeconfig, rest) => create(records, name, { kubeconfig, ...rest }),
    async putPending(name, kubeconfig) {
      assertFits(name, kubeconfig);
      return await putPending(records, name, kubeconfig);
    },
    promote: (name, versions) => promote(records, name, versions),
    remove: (name, recoveryDays) => remove(records, name, recoveryDays),
  };
}

const noState = readState([]);
/** A secret of that name is there, or is to be deleted. */
const isTaken = named("ResourceExistsException", "InvalidRequestException");

async function create(
  records: Records,
  name: string,
  wanted: NewRecord,
): Promise<"created" | "exists"> {
  const call = callOn(records, name, "CreateSecret");
  if (call === undefined) throw notAClusterName();
  assertFits(name, wanted.kubeconfig);
  const command = new CreateSecretCommand({
    Name: call.secret,
    SecretString: wanted.kubeconfig.reveal(),
    KmsKeyId: wanted.kmsKeyId,
    Tags: [...tagsToSet(wanted.tags), ...changedTags(noState, wanted.state).set],
  });
  try {
    await records.client.send(command);
    return "created";
  } catch (error) {
    const there = isTaken(readSdkError(error)) ? await describeRecord(records, name) : undefined;
    if (there === undefined) throw translateAwsError(error, call, StoreError);
    return there.doomed ? await revive(records, name, { call, doomed: there, wanted }) : "exists";
  }
}

function notAClusterName(): UserError {
  return new UserError("no cluster can have that name", {
    hint: 'Use up to 100 letters, digits, ".", "_" and "-", a letter or digit at both ends.',
  });
}

/** False: there was none. @throws StoreError */
async function remove(records: Records, name: string, recoveryDays: number): Promise<boolean> {
  const change = { name, action: "DeleteSecret" };
  const answer = await changeRecord(records, change, ({ secret }) => {
    const wish = { SecretId: secret, RecoveryWindowInDays: recoveryDays };
    return records.client.send(new DeleteSecretCommand(wish));
  });
  return answer !== undefined;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxBytes = 65_536;

function assertFits(name: string, kubeconfig: SecretValue): void {
  const bytes = Buffer.byteLength(kubeconfig.reveal());
  if (bytes > maxBytes) {
    throw new KubeconfigError(
      `the kubeconfig for ${name} has ${bytes} bytes; Secrets Manager takes ${maxBytes} at most`,
      { hint: "Keep only what this cluster needs: kubectl config view --minify --flatten --raw" },
    );
  }
}
