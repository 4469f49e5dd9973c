/** What stands in the way of a registration: each problem with its next step. */
import type { Problem } from "../../../registration/problems.ts";
import { renderHint } from "../hint.ts";
import type { Look } from "../look.ts";
import { wrap } from "../wording.ts";

export function renderProblem(
  { message, hint }: Problem,
  look: Look,
  severity: "problem" | "warning" = "problem",
): string {
  const { paint, columns } = look;
  const sign = severity === "problem" ? paint.red("✖") : paint.yellow("!");
  const [first = "", ...rest] = message.split("\n");
  const lines = [wrap(first, columns, "  ").trimStart(), ...rest];
  return [`${sign} ${lines.join("\n  ")}`, ...(hint ? [renderHint(hint, "    ", look)] : [])].join(
    "\n",
  );
}
