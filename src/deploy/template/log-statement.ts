import { sub } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

/** Into the function's own log group, which the stack makes: the function can't make another. */
export function writeLogs(group: "DispatchLogGroup" | "RefreshLogGroup"): Statement {
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], sub(`\${${group}.Arn}:*`));
}
