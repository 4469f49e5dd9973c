/** The actions of the fake's Secrets Manager that read, make and label versions. */
import { randomUUID } from "node:crypto";
import { inputOf } from "../json-input.ts";
import { jsonReply, secondsOf } from "../protocols.ts";
import type { ActionCall, AwsReply } from "../service.ts";
import { invalid, naming, placeOf } from "./answers.ts";
import { contentOf, getInput, moveInput, putInput, updateInput, versionsInput } from "./input.ts";
import type { SecretStore } from "./secret-store.ts";

export function getValue(store: SecretStore, call: ActionCall): AwsReply {
  const { SecretId, VersionId, VersionStage } = inputOf(call.request, getInput);
  const secret = store.getLive(placeOf(call), SecretId);
  const { id, content, createdAt } = secret.find({ id: VersionId, stage: VersionStage });
  return jsonReply({
    ...naming(secret),
    ...content,
    VersionId: id,
    VersionStages: secret.stagesOf(id),
    CreatedDate: secondsOf(createdAt),
  });
}

export function putValue(store: SecretStore, call: ActionCall): AwsReply {
  const place = placeOf(call);
  const input = inputOf(call.request, putInput);
  const content = contentOf(input);
  if (content === undefined) {
    throw invalid("You must provide either SecretString or SecretBinary.");
  }
  const token = input.ClientRequestToken ?? randomUUID();
  const secret = store.put(place, input.SecretId, { token, content, labels: input.VersionStages });
  return jsonReply({
    ...naming(secret),
    VersionId: token,
    VersionStages: secret.stagesOf(token),
  });
}

export function update(store: SecretStore, call: ActionCall): AwsReply {
  const place = placeOf(call);
  const { SecretId, Description, KmsKeyId, ...input } = inputOf(call.request, updateInput);
  const secret = store.update(place, SecretId, {
    ...(Description !== undefined && { description: Description }),
    // Set to nothing: the key that AWS has for all secrets.
    ...(KmsKeyId !== undefined && { kmsKeyId: KmsKeyId === "" ? undefined : KmsKeyId }),
  });
  const content = contentOf(input);
  if (content === undefined) {
    return jsonReply(naming(secret));
  }
  const token = input.ClientRequestToken ?? randomUUID();
  store.put(place, SecretId, { token, content, labels: ["AWSCURRENT"] });
  return jsonReply({ ...naming(secret), VersionId: token });
}

/** All on one page. */
export function listVersions(store: SecretStore, call: ActionCall): AwsReply {
  const { SecretId, IncludeDeprecated } = inputOf(call.request, versionsInput);
  const secret = store.get(placeOf(call), SecretId);
  const versions = secret.versions.map(({ id, createdAt }) => ({
    VersionId: id,
    VersionStages: secret.stagesOf(id),
    CreatedDate: secondsOf(createdAt),
  }));
  const shown = versions.filter(
    ({ VersionStages }) => IncludeDeprecated || VersionStages.length > 0,
  );
  return jsonReply({ ...naming(secret), Versions: shown });
}

export function moveStage(store: SecretStore, call: ActionCall): AwsReply {
  const input = inputOf(call.request, moveInput);
  const { MoveToVersionId: to, RemoveFromVersionId: from } = input;
  if (to === undefined && from === undefined) {
    throw invalid("You must specify MoveToVersionId or RemoveFromVersionId.");
  }
  const move = { label: input.VersionStage, to, from };
  return jsonReply(naming(store.moveStage(placeOf(call), input.SecretId, move)));
}
