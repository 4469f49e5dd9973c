/** SQS's errors: JSON, and a header with the name from before SQS spoke JSON. */
import { type Codes, codeOf } from "../protocols.ts";
import { type AwsFailure, type AwsReply, ServiceFailure } from "../service.ts";

const codes: Codes = {
  unsigned: ["MissingAuthenticationToken", 403],
  "unknown-key": ["InvalidClientTokenId", 403],
  "expired-token": ["ExpiredToken", 403],
  "bad-signature": ["SignatureDoesNotMatch", 403],
  denied: ["AccessDenied", 403],
  throttled: ["RequestThrottled", 400],
  internal: ["InternalFailure", 500],
  invalid: ["InvalidParameterValue", 400],
  "unknown-action": ["InvalidAction", 400],
};

const coral = "com.amazon.coral.service#";
const legacy = "AWS.SimpleQueueService.";

/** What is `com.amazonaws.sqs#<code>` and `<code>` needs no entry. */
const wireNames: Readonly<Record<string, { readonly type?: string; readonly query?: string }>> = {
  MissingAuthenticationToken: { type: `${coral}MissingAuthenticationTokenException` },
  InvalidClientTokenId: { type: `${coral}UnrecognizedClientException` },
  ExpiredToken: { type: `${coral}ExpiredTokenException` },
  SignatureDoesNotMatch: { type: `${coral}InvalidSignatureException` },
  AccessDenied: { type: `${coral}AccessDeniedException` },
  InternalFailure: { type: `${coral}InternalFailure` },
  InvalidAction: { type: `${coral}UnknownOperationException` },
  InvalidParameterValue: { type: `${coral}InvalidParameterValueException` },
  MissingParameter: { type: `${coral}MissingRequiredParameterException` },
  SerializationException: { type: `${coral}SerializationException`, query: "MalformedInput" },
  ValidationException: {
    type: `${coral}InvalidParameterValueException`,
    query: "InvalidParameterValue",
  },
  QueueDoesNotExist: { query: `${legacy}NonExistentQueue` },
  QueueNameExists: { query: "QueueAlreadyExists" },
  EmptyBatchRequest: { query: `${legacy}EmptyBatchRequest` },
  TooManyEntriesInBatchRequest: { query: `${legacy}TooManyEntriesInBatchRequest` },
  BatchEntryIdsNotDistinct: { query: `${legacy}BatchEntryIdsNotDistinct` },
  BatchRequestTooLong: { query: `${legacy}BatchRequestTooLong` },
  InvalidBatchEntryId: { query: `${legacy}InvalidBatchEntryId` },
  UnsupportedOperation: { query: `${legacy}UnsupportedOperation` },
};

export function sqsFailure(failure: AwsFailure): AwsReply {
  const [code, status] = codeOf(failure, codes);
  const { type = `com.amazonaws.sqs#${code}`, query = code } = wireNames[code] ?? {};
  // SQS names the action in lower case.
  const message = failure.message.replace(/sqs:[A-Z]\w+/g, (action) => action.toLowerCase());
  return {
    status,
    contentType: "application/x-amz-json-1.0",
    headers: { "x-amzn-query-error": `${query};${status < 500 ? "Sender" : "Receiver"}` },
    body: JSON.stringify({ __type: type, message }),
  };
}

export function invalidValue(value: string, parameter: string, reason: string): ServiceFailure {
  return new ServiceFailure(
    "InvalidParameterValue",
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(parameter: string): ServiceFailure {
  return new ServiceFailure(
    "MissingParameter",
    `The request must contain the parameter ${parameter}.`,
  );
}
