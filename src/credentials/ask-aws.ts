/** Around every call through the AWS SDK: its errors translated, its answer parsed. */
import type { z } from "zod";
import { MintError } from "../errors.ts";
import { type AwsCall, describeCall } from "./aws-call.ts";
import { translateAwsError } from "./aws-errors.ts";

/** @throws MintError, and nothing else */
export async function askAws<Answer>(call: AwsCall, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw translateAwsError(error, call);
  }
}

/**
 * The SDK's types make every field optional, and a hostile endpoint leaves any of them out.
 * @throws MintError (malformed), which names the fields that are wrong and not what they hold
 */
export function readAwsAnswer<Output>(
  call: AwsCall,
  schema: z.ZodType<Output>,
  answer: unknown,
): Output {
  const parsed = schema.safeParse(answer);
  if (parsed.success) {
    return parsed.data;
  }
  const fields = parsed.error.issues.map(({ path }) => path.join(".") || "the answer");
  throw new MintError(
    "malformed",
    `the answer to ${describeCall(call)} lacks what AWS always sends: ${fields.join(", ")}`,
    { hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS." },
  );
}
