/**
 * What the AWS SDK throws, as an error for people. The SDK's errors end here: they carry the raw
 * answer. Only names, codes, the status and the principal of a denial go on.
 */
import { MintError } from "../errors.ts";
import { type AwsCall, describeCall } from "./aws-call.ts";
import { identityErrorRules } from "./aws-identity-errors.ts";
import { transportErrorRules } from "./aws-transport-errors.ts";
import { type Explanation, readSdkError, type SdkError, statusOf } from "./sdk-error.ts";

/** The first that matches counts. */
const rules = [...identityErrorRules, ...transportErrorRules];

export function translateAwsError(thrown: unknown, call: AwsCall): MintError {
  if (thrown instanceof MintError) {
    return thrown; // of the AssumeRole call inside of this one
  }
  const error = readSdkError(thrown);
  const rule = rules.find(({ matches }) => matches(error));
  const { kind, message, hint } = rule?.explain(call, error) ?? explainOther(call, error);
  return new MintError(kind, message, { hint });
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
