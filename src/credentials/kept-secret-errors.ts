/** Why a kept secret can't be read, in words: it is somebody else's, who has to mend it. Pure. */
import { type AwsCall, describeCall } from "../aws/call.ts";
import { translateAwsError } from "../aws/errors.ts";
import { named, readSdkError } from "../aws/sdk-error.ts";
import { MintError } from "../errors.ts";

/** A call about one kept secret: `secret` is its name or ARN, as the config says it. */
export type SecretCall = AwsCall & {
  readonly action: "secretsmanager:DescribeSecret" | "secretsmanager:GetSecretValue";
  readonly secret: string;
};

const isMissing = named("ResourceNotFoundException");
/** What AWS answers about a secret that is marked for deletion. */
const isNotInState = named("InvalidRequestException");
const isDenial = named("AccessDenied", "AccessDeniedException");

export function translateSecretError(thrown: unknown, call: SecretCall): MintError {
  const error = readSdkError(thrown);
  if (isMissing(error)) return missing(call);
  if (isNotInState(error)) return doomed(call);
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
  if (isDenial(error) && /\bKMS\b/.test(error.message)) return keyDenied(call);
  const { kind, message, hint = "" } = translateAwsError(thrown, call, MintError);
  return new MintError(kind, message, {
    hint: kind === "denied" ? `${hint} ${rightsFollow(call)}` : hint,
  });
}

/** @param found what is there in place of a text */
export function lacking(call: SecretCall, found: string): MintError {
  const { secret, region } = call;
  const message = `the secret ${secret} in ${region} holds ${found}; expected a text`;
  return new MintError("malformed", message, {
    hint: `See its versions (${describeCommand(call)}), and put one by put-secret-value with --secret-string.`,
  });
}

export function doomed({ secret, region }: SecretCall): MintError {
  const restore = `aws secretsmanager restore-secret --secret-id ${secret} --region ${region}`;
  return new MintError("conflict", `the secret ${secret} in ${region} is marked for deletion`, {
    hint: `Take that back (${restore}), or take its registry out of the config.`,
  });
}

function missing(call: SecretCall): MintError {
  const { action, secret, region } = call;
  if (action === "secretsmanager:GetSecretValue") {
    const message = `the secret ${secret} in ${region} lost the version that was current a moment ago`;
    return new MintError("malformed", message, { hint: `Look at it: ${describeCommand(call)}` });
  }
  const message = `there is no secret ${secret} in Secrets Manager in ${region}`;
  // A name can be made; of an ARN, AWS chooses the end.
  const create = `aws secretsmanager create-secret --name ${secret} --region ${region} --secret-string file://login`;
  const hint = secret.startsWith("arn:")
    ? "Put the ARN of one that is there into the config's secretId."
    : `If the config's secretId is right, make it: ${create}`;
  return new MintError("malformed", message, { hint });
}

function keyDenied(call: SecretCall): MintError {
  const message = `AWS denied the use of the secret's KMS key to ${describeCall(call)}`;
  return new MintError("denied", message, {
    hint: `See which key it is (${describeCommand(call)}), name it as kmsKeyArn in the config, and deploy; its own policy has to allow kms:Decrypt, too.`,
  });
}

/** Which rights the function has follows from the config. */
function rightsFollow({ secret }: SecretCall): string {
  const deploy =
    "A deploy gives the function these rights, for secretId and kmsKeyArn of the config.";
  return secret.startsWith("arn:")
    ? `${deploy} In another account, the secret's own policy has to allow it, too.`
    : deploy;
}

function describeCommand({ secret, region }: SecretCall): string {
  return `aws secretsmanager describe-secret --secret-id ${secret} --region ${region}`;
}
