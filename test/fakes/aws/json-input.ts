/** The input of an action that is sent as JSON: checked, or refused in AWS's words. */
import type { z } from "zod";
import { type AwsRequest, ServiceFailure } from "./service.ts";

/** @throws ServiceFailure SerializationException, ValidationException */
export function inputOf<Output>({ body }: AwsRequest, schema: z.ZodType<Output>): Output {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const [first = "", ...rest] = issue?.path.map(String) ?? [];
  const member = [first.charAt(0).toLowerCase() + first.slice(1), ...rest].join(".");
  // Never the value, which may be secret.
  throw new ServiceFailure(
    "ValidationException",
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${issue?.message}`,
  );
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceFailure("SerializationException", "the body isn't JSON");
  }
}
