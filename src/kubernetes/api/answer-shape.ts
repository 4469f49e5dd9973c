/**
 * Answers of another shape than expected: an error that names the place, never the value, which may
 * be a token.
 */
import type * as z from "zod";
import { toDotPath } from "zod/v4/core";
import type { ClusterError } from "../../errors.ts";
import { malformed } from "./answer.ts";
import { cleanText } from "./answer-text.ts";

/** Where in an answer a value stands, for messages. */
export interface Spot {
  readonly what: string;
  /** `items[3]`; undefined: the answer itself. */
  readonly index?: number;
}

/** @throws ClusterError of kind malformed */
export function parseAs<T extends z.ZodType>(schema: T, value: unknown, spot: Spot): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  const expected =
    issue?.code === "invalid_type" ? `${issue.expected} expected` : "not as expected";
  throw misshapen(spot, issue?.path ?? [], expected);
}

export function misshapen(
  { what, index }: Spot,
  path: readonly PropertyKey[],
  problem: string,
): ClusterError {
  const place = index === undefined ? path : ["items", index, ...path];
  const at = place.length === 0 ? "its root" : cleanText(toDotPath(place));
  return malformed({ what }, `an answer of another shape at ${at}: ${problem}`);
}
