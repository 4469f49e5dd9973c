/**
 * The fake's Secrets Manager: secrets with versions, staging labels and tags.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
import { randomUUID } from "node:crypto";
import type { Fault } from "./faults.ts";
import { inputOf } from "./json-input.ts";
import { jsonActionOf, jsonFailure, jsonReply, secondsOf } from "./protocols.ts";
import { invalid, naming, placeOf } from "./secrets-manager/answers.ts";
import { secretsInProcess } from "./secrets-manager/in-process.ts";
import {
  byId,
  contentOf,
  createInput,
  deleteInput,
  listInput,
  namedInput,
  tagInput,
  untagInput,
} from "./secrets-manager/input.ts";
import { metadataOf, pageOf } from "./secrets-manager/list-page.ts";
import type { Secret } from "./secrets-manager/secret.ts";
import { arnPrefix, type Place, SecretStore } from "./secrets-manager/secret-store.ts";
import { getValue, listVersions, moveStage, putValue, update } from "./secrets-manager/versions.ts";
import { type ActionCall, type AwsReply, type AwsService, ServiceFailure } from "./service.ts";

export const secretsManagerFaults = {
  decryptionFailure: {
    kind: "failure",
    failure: new ServiceFailure(
      "DecryptionFailure",
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    ),
  },
  /** The answer to what a secret isn't in the state for. */
  invalidRequest: {
    kind: "failure",
    failure: new ServiceFailure(
      "InvalidRequestException",
      "You can't perform this operation on the secret in its current state.",
    ),
  },
} as const satisfies Record<string, Fault>;

export interface SecretsManagerOptions {
  /** For what is made in this process. */
  readonly place: Place;
  readonly listLagMs: number;
  readonly now: () => Date;
}

export function createSecretsManager({ place, listLagMs, now }: SecretsManagerOptions) {
  const store = new SecretStore(now, listLagMs);
  return { service: serviceOf(store, now), secrets: secretsInProcess(store, place) };
}

function serviceOf(store: SecretStore, now: () => Date): AwsService {
  return {
    name: "secretsmanager",
    actionOf: (request) => jsonActionOf(request, "secretsmanager"),
    resourceOf: (action, call) => (action === "ListSecrets" ? "*" : arnOf(store, call)),
    permissionsOf: (action, call) => [
      `secretsmanager:${action}`,
      ...(action === "CreateSecret" && inputOf(call.request, createInput).Tags
        ? ["secretsmanager:TagResource"]
        : []),
    ],
    actions: {
      CreateSecret: (call) => create(store, call),
      GetSecretValue: (call) => getValue(store, call),
      PutSecretValue: (call) => putValue(store, call),
      UpdateSecret: (call) => update(store, call),
      UpdateSecretVersionStage: (call) => moveStage(store, call),
      ListSecretVersionIds: (call) => listVersions(store, call),
      DescribeSecret: (call) => {
        const { SecretId } = inputOf(call.request, byId);
        return jsonReply(describe(store.get(placeOf(call), SecretId)));
      },
      ListSecrets: (call) => {
        const query = inputOf(call.request, listInput);
        return jsonReply(pageOf((after) => store.list(placeOf(call), after), query, now()));
      },
      TagResource: (call) => {
        const { SecretId, Tags } = inputOf(call.request, tagInput);
        store.tag(placeOf(call), SecretId, Tags);
        return jsonReply({});
      },
      UntagResource: (call) => {
        const { SecretId, TagKeys } = inputOf(call.request, untagInput);
        store.untag(placeOf(call), SecretId, TagKeys);
        return jsonReply({});
      },
      DeleteSecret: (call) => deleteSecret(store, call, now()),
      RestoreSecret: (call) => {
        const { SecretId } = inputOf(call.request, byId);
        return jsonReply(naming(store.restore(placeOf(call), SecretId)));
      },
    },
    failure: (failure) => jsonFailure(failure, { internal: ["InternalServiceError", 500] }),
  };
}

function create(store: SecretStore, call: ActionCall): AwsReply {
  const input = inputOf(call.request, createInput);
  const token = input.ClientRequestToken ?? randomUUID();
  const content = contentOf(input);
  const secret = store.create(placeOf(call), {
    name: input.Name,
    token,
    content,
    tags: input.Tags ?? [],
    description: input.Description,
    kmsKeyId: input.KmsKeyId,
  });
  return jsonReply({ ...naming(secret), ...(content && { VersionId: token }) });
}

function deleteSecret(store: SecretStore, call: ActionCall, now: Date): AwsReply {
  const place = placeOf(call);
  const input = inputOf(call.request, deleteInput);
  const { SecretId, RecoveryWindowInDays: windowDays = 30 } = input;
  if (input.ForceDeleteWithoutRecovery && input.RecoveryWindowInDays !== undefined) {
    throw invalid(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (windowDays < 7 || windowDays > 30) {
    throw invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  }
  if (!input.ForceDeleteWithoutRecovery) {
    const secret = store.scheduleDeletion(place, SecretId, windowDays);
    return jsonReply({ ...naming(secret), DeletionDate: secondsOf(secret.deletionAt ?? now) });
  }
  const secret = store.find(place, SecretId);
  if (secret !== undefined) {
    store.deleteNow(place, secret);
  }
  // Deleting by force what doesn't exist is no error.
  const answer = secret ? naming(secret) : { ARN: arnOf(store, call), Name: SecretId };
  return jsonReply({ ...answer, DeletionDate: secondsOf(now) });
}

/** Without the random part for a secret that doesn't exist (yet). */
function arnOf(store: SecretStore, call: ActionCall): string {
  const place = placeOf(call);
  const { SecretId, Name = "" } = inputOf(call.request, namedInput);
  const id = SecretId ?? Name;
  const missing = id.startsWith("arn:") ? id : `${arnPrefix(place)}${id}`;
  return store.find(place, id)?.identity.arn ?? missing;
}

function describe(secret: Secret) {
  return { ...metadataOf(secret), VersionIdsToStages: secret.stages };
}
