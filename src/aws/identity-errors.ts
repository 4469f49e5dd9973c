/** AWS says that the caller may not, or doesn't know who is calling. */
import { trustStatement } from "./assume-role-errors.ts";
import { type AwsCall, describeCall } from "./call.ts";
import { readDenial } from "./denial.ts";
import { type AwsErrorRule, type Explanation, named, type SdkError } from "./sdk-error.ts";

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html, and others' names. */
export const identityErrorRules: readonly AwsErrorRule[] = [
  {
    matches: named("AccessDenied", "AccessDeniedException", "AuthorizationErrorException"),
    explain: explainDenial,
  },
  {
    matches: named("RegionDisabledException"),
    explain: ({ region }) => ({
      kind: "denied",
      message: `STS is not activated in ${region} for this account`,
      hint: `Activate ${region} under IAM, Account settings.`,
    }),
  },
  {
    matches: named("DecryptionFailure", "EncryptionFailure"),
    explain: (call) => ({
      kind: "denied",
      message: `AWS can't use the KMS key of the secret for ${describeCall(call)}`,
      hint: "The key must exist, be enabled, and allow kms:Decrypt to the caller.",
    }),
  },
  {
    // Of queues and topics that are encrypted with a key of one's own.
    matches: ({ name }) => /^K(?:MS|ms)(?:AccessDenied|Disabled|InvalidState|NotFound)/.test(name),
    explain: (call) => ({
      kind: "denied",
      message: `AWS can't use the KMS key for ${describeCall(call)}`,
      hint: "The key must exist, be enabled, and allow kms:GenerateDataKey and kms:Decrypt to the caller.",
    }),
  },
  {
    matches: named("CredentialsProviderError", "TokenProviderError"),
    explain: explainMissingCredentials,
  },
  {
    matches: named("ExpiredToken", "ExpiredTokenException"),
    explain: (call) => ({
      kind: "no-credentials",
      message: `the AWS credentials for ${describeCall(call)} have expired`,
      hint: "Get new ones: `aws sso login`, or a new AWS_SESSION_TOKEN.",
    }),
  },
  {
    matches: named("UnrecognizedClientException", "InvalidClientTokenId"),
    explain: (call) => ({
      kind: "no-credentials",
      message: `AWS doesn't know the access key that signed ${describeCall(call)}`,
      hint: `Check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, and that ${call.region} is enabled in the account.`,
    }),
  },
  {
    matches: named(
      "InvalidSignatureException",
      "SignatureDoesNotMatch",
      "RequestTimeTooSkewed",
      "RequestExpired",
    ),
    explain: (call) => ({
      kind: "no-credentials",
      message: `AWS refused the signature of ${describeCall(call)}`,
      hint: "Check AWS_SECRET_ACCESS_KEY and this machine's clock.",
    }),
  },
];

function explainDenial(call: AwsCall, { message }: SdkError): Explanation {
  const { principal, denier, action = call.action } = readDenial(message);
  return {
    kind: "denied",
    message: `AWS denied ${describeCall(call)}${principal === undefined ? "" : ` to ${principal}`}`,
    hint:
      denier === undefined
        ? allowance(action, call, principal ?? "the caller")
        : `Remove the explicit deny in the ${denier}.`,
  };
}

function allowance(action: string, { secret, resource }: AwsCall, who: string): string {
  if (action === "sts:AssumeRole") {
    const trust = trustStatement(who);
    const statement = trust === undefined ? "" : ` The trust policy's statement: ${trust}`;
    return `The role must exist, its trust policy must allow ${who}, and the policies of ${who} must allow sts:AssumeRole on it.${statement}`;
  }
  if (secret === undefined) {
    return `Allow ${action} on ${resource ?? 'resource "*"'} in a policy of ${who}.`;
  }
  const keyActions = writesValue.test(action)
    ? "kms:Decrypt and kms:GenerateDataKey"
    : "kms:Decrypt";
  return `Allow ${action} on that secret in a policy of ${who}; if the secret has a KMS key of its own, also ${keyActions} on that.`;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
const writesValue = /:(?:Create|Put|Update)Secret(?:Value)?$/;

function explainMissingCredentials(call: AwsCall, { message }: SdkError): Explanation {
  const isSso = /\bsso\b/i.test(message);
  return {
    kind: "no-credentials",
    message: isSso
      ? `no AWS credentials for ${describeCall(call)}: the SSO session is missing or has expired`
      : `no AWS credentials found for ${describeCall(call)}: neither in the environment, nor in a profile, nor from this host`,
    hint: isSso
      ? "Sign in: `aws sso login`, with the profile's name."
      : "Sign in (`aws sso login`), name a profile that exists (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  };
}
