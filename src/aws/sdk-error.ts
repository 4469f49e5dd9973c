/** The little that is read of an error of the AWS SDK, and what a rule about it looks like. */
import * as z from "zod";
import type { AwsErrorKind } from "../errors.ts";
import type { AwsCall } from "./call.ts";

const identifier = z.string().regex(/^[\w.]{1,64}$/);
const sdkErrorSchema = z
  .object({
    name: identifier.catch("Error"),
    code: identifier.optional().catch(undefined),
    message: z.string().catch(""),
    $metadata: z.object({ httpStatusCode: z.number().int().optional() }).catch({}),
  })
  .catch({ name: "Error", message: "", $metadata: {} });

/** `message` is only looked into: it may quote an answer, so it never goes on as it is. */
export type SdkError = z.infer<typeof sdkErrorSchema>;

export interface Explanation {
  readonly kind: AwsErrorKind;
  readonly message: string;
  readonly hint: string;
}

export interface AwsErrorRule {
  matches(error: SdkError): boolean;
  explain(call: AwsCall, error: SdkError): Explanation;
}

export function readSdkError(thrown: unknown): SdkError {
  return sdkErrorSchema.parse(thrown);
}

export function named(...names: readonly string[]) {
  return ({ name }: SdkError): boolean => names.includes(name);
}

export function statusOf({ $metadata }: SdkError): number | undefined {
  return $metadata.httpStatusCode;
}
