/** An error, for the person who can mend it: what, and the next step. Stacks are for bugs only. */
import { AwsError, ClusterError, UsageError, UserError } from "../../errors.ts";
import { clusterCause } from "../../refresh/report/failure-log.ts";
import { type ExitCode, exitCodes } from "../context.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { renderHint } from "./hint.ts";
import { defaultColumns } from "./look.ts";
import { wrap } from "./wording.ts";

export function printError(error: unknown, terminal: Terminal): ExitCode {
  const { say, tint } = terminal;
  const columns = columnsOf(terminal);
  if (error instanceof UserError || error instanceof ClusterError || error instanceof AwsError) {
    say(`${tint.red("✖")} ${fold(error.message, columns - 2)}`);
    const { hint } = error instanceof ClusterError ? clusterCause(error) : error;
    if (hint) {
      const fits = `  → ${hint}`.length <= columns;
      say(fits ? tint.cyan(`  → ${hint}`) : renderHint(hint, "  ", { paint: tint, columns }));
    }
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
  // The message of an unknown error could quote anything, a token too: its place in the code can't.
  say(`${tint.red("✖")} this is a bug in ecr-pull-secrets: ${nameOf(error)}`);
  say(placeOf(error));
  return exitCodes.failed;
}

/** A log gets each sentence whole: whoever searches it doesn't know where it would be broken. */
function columnsOf({ stderr }: Terminal): number {
  return stderr.isTTY ? stderr.columns || defaultColumns : Number.POSITIVE_INFINITY;
}

/** Line by line: of a config, each problem has its own. */
function fold(message: string, width: number): string {
  const lines = message.split("\n").map((line) => {
    return line.length <= width ? line : wrap(line, width).replaceAll("\n", "\n  ");
  });
  return lines.join("\n");
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

function placeOf(error: unknown): string {
  const lines = (error instanceof Error && error.stack?.split("\n")) || [];
  return lines.filter((line) => line.startsWith("    at ")).join("\n");
}
