/** Around every call through the AWS SDK: its errors translated, its answer parsed. */
import type * as z from "zod";
import { AwsError } from "../errors.ts";
import { type AwsCall, describeCall } from "./call.ts";
import { type AwsErrorClass, translateAwsError } from "./errors.ts";

/** @throws AwsError, of the class that the caller's port promises, and nothing else */
export async function askAws<Answer>(
  call: AwsCall,
  ask: () => Promise<Answer>,
  errorClass: AwsErrorClass = AwsError,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw translateAwsError(error, call, errorClass);
  }
}

/** A page of a list has hundreds: the first tell which ones. */
const maxNamedFields = 5;

/**
 * The SDK's types make every field optional, and a hostile endpoint leaves any of them out.
 * @throws AwsError (malformed), which names the fields that are wrong and not what they hold
 */
export function readAwsAnswer<Output>(
  call: AwsCall,
  schema: z.ZodType<Output>,
  answer: unknown,
  errorClass: AwsErrorClass = AwsError,
): Output {
  const parsed = schema.safeParse(answer);
  if (parsed.success) {
    return parsed.data;
  }
  const fields = parsed.error.issues
    .slice(0, maxNamedFields)
    .map(({ path }) => path.join(".") || "the answer");
  throw new errorClass(
    "malformed",
    `the answer to ${describeCall(call)} lacks what AWS always sends: ${fields.join(", ")}`,
    { hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS." },
  );
}
