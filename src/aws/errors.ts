/**
 * What the AWS SDK throws, as an error for people. The SDK's errors end here: they carry the raw
 * answer. Only names, codes, the status and the principal of a denial go on.
 */
import { AwsError, type AwsErrorKind, type ErrorDetails } from "../errors.ts";
import { assumeRoleErrorRules } from "./assume-role-errors.ts";
import { type AwsCall, describeCall } from "./call.ts";
import { identityErrorRules } from "./identity-errors.ts";
import { type Explanation, readSdkError, type SdkError, statusOf } from "./sdk-error.ts";
import { transportErrorRules } from "./transport-errors.ts";

/** `AwsError` itself, or the one of a port. */
export type AwsErrorClass = new (
  kind: AwsErrorKind,
  message: string,
  details: ErrorDetails,
) => AwsError;

/** The first that matches counts. */
const rules = [...identityErrorRules, ...assumeRoleErrorRules, ...transportErrorRules];

export function translateAwsError(
  thrown: unknown,
  call: AwsCall,
  errorClass: AwsErrorClass = AwsError,
): AwsError {
  // An AwsError is of a call inside of this one: AssumeRole, for its credentials.
  const { kind, message, hint } = thrown instanceof AwsError ? thrown : explain(call, thrown);
  return new errorClass(kind, message, { hint });
}

function explain(call: AwsCall, thrown: unknown): Explanation {
  const error = readSdkError(thrown);
  const rule = rules.find(({ matches }) => matches(error));
  return rule?.explain(call, error) ?? explainOther(call, error);
}

function explainOther(call: AwsCall, error: SdkError): Explanation {
  const status = statusOf(error);
  return status === undefined
    ? {
        kind: "unreachable",
        message: `${describeCall(call)} failed before AWS answered (${error.code ?? error.name})`,
        hint: "Check the region's name, and AWS_ENDPOINT_URL if it is set.",
      }
    : {
        kind: "denied",
        message: `AWS refused ${describeCall(call)} (${error.name}, status ${status})`,
        hint: "Look that error up in the documentation of the action.",
      };
}
