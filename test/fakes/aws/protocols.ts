/** AWS's wire protocols: how an answer and an error are written. */
import { randomUUID } from "node:crypto";
import {
  type AwsFailure,
  type AwsReply,
  type AwsRequest,
  type FailureReason,
  ServiceFailure,
} from "./service.ts";

export type Codes = Readonly<Record<FailureReason, readonly [code: string, status: number]>>;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html */
const jsonCodes: Codes = {
  unsigned: ["MissingAuthenticationTokenException", 400],
  "unknown-key": ["UnrecognizedClientException", 400],
  "expired-token": ["ExpiredTokenException", 400],
  "bad-signature": ["InvalidSignatureException", 400],
  denied: ["AccessDeniedException", 400],
  throttled: ["ThrottlingException", 400],
  internal: ["ServerException", 500],
  invalid: ["InvalidParameterException", 400],
  "unknown-action": ["UnknownOperationException", 400],
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const queryCodes: Codes = {
  unsigned: ["MissingAuthenticationToken", 403],
  "unknown-key": ["InvalidClientTokenId", 403],
  "expired-token": ["ExpiredToken", 403],
  "bad-signature": ["SignatureDoesNotMatch", 403],
  denied: ["AccessDenied", 403],
  throttled: ["Throttling", 400],
  internal: ["InternalFailure", 500],
  invalid: ["ValidationError", 400],
  "unknown-action": ["InvalidAction", 400],
};

/** AWS JSON 1.1: ECR, Secrets Manager. */
export function jsonReply(answer: unknown, status = 200): AwsReply {
  return { status, contentType: "application/x-amz-json-1.1", body: JSON.stringify(answer) };
}

/** @param codes where a service has others than ECR */
export function jsonFailure(failure: AwsFailure, codes: Partial<Codes> = {}): AwsReply {
  const [code, status] = codeOf(failure, { ...jsonCodes, ...codes });
  return jsonReply({ __type: code, message: failure.message }, status);
}

/** REST with JSON: Lambda, EKS. */
export function restJsonReply(
  answer: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): AwsReply {
  return { status, contentType: "application/json", body: JSON.stringify(answer), headers };
}

export function restJsonFailure(failure: AwsFailure, codes: Codes): AwsReply {
  const [code, status] = codeOf(failure, codes);
  const answer = { message: failure.message };
  return restJsonReply(answer, status, { "x-amzn-errortype": code });
}

export function codeOf(failure: AwsFailure, codes: Codes): readonly [code: string, status: number] {
  return failure instanceof ServiceFailure ? [failure.code, failure.status] : codes[failure.reason];
}

/** A point in time, as JSON protocols write it. */
export function secondsOf(date: Date): number {
  return date.getTime() / 1_000;
}

export function jsonActionOf({ headers }: AwsRequest, target: string): string | undefined {
  const [prefix, action] = String(headers["x-amz-target"] ?? "").split(".");
  return prefix === target ? action : undefined;
}

/** The query protocol: parameters as a form, answers in XML. */
export type XmlFields = { readonly [name: string]: string | XmlFields };

export function queryReply(action: string, namespace: string, result: XmlFields): AwsReply {
  const body = {
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: randomUUID() },
  };
  return xml(200, `<${action}Response xmlns="${namespace}">${elements(body)}</${action}Response>`);
}

interface QueryHabits {
  readonly codes?: Partial<Codes>;
  readonly say?: (message: string) => string;
}

/** With habits, where a service has other codes than STS, or writes messages in its own way. */
export function queryFailure(
  failure: AwsFailure,
  namespace: string,
  { codes = {}, say = (message) => message }: QueryHabits = {},
): AwsReply {
  const [code, status] = codeOf(failure, { ...queryCodes, ...codes });
  const Type = status === 500 ? "Receiver" : "Sender";
  const error = { Error: { Type, Code: code, Message: say(failure.message) } };
  const fields = { ...error, RequestId: randomUUID() };
  return xml(status, `<ErrorResponse xmlns="${namespace}">${elements(fields)}</ErrorResponse>`);
}

function xml(status: number, body: string): AwsReply {
  return { status, contentType: "text/xml", body };
}

function elements(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const content = typeof value === "string" ? escapeXml(value) : elements(value);
      return `<${name}>${content}</${name}>`;
    })
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
