/** An error, for the person who can mend it: what, and the next step. Stacks are for bugs only. */
import { AwsError, ClusterError, UsageError, UserError } from "../../errors.ts";
import { clusterCause } from "../../refresh/failure-log.ts";
import { type ExitCode, exitCodes } from "../context.ts";
import type { Terminal } from "../terminal/terminal.ts";

export function printError(error: unknown, { say, tint }: Terminal): ExitCode {
  if (error instanceof UserError || error instanceof ClusterError || error instanceof AwsError) {
    say(`${tint.red("✖")} ${error.message}`);
    const { hint } = error instanceof ClusterError ? clusterCause(error) : error;
    if (hint) {
      say(tint.cyan(`  → ${hint}`));
    }
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
  // The message of an unknown error could quote anything, a token too: its place in the code can't.
  say(`${tint.red("✖")} this is a bug in ecr-pull-secrets: ${nameOf(error)}`);
  say(placeOf(error));
  return exitCodes.failed;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

function placeOf(error: unknown): string {
  const lines = (error instanceof Error && error.stack?.split("\n")) || [];
  return lines.filter((line) => line.startsWith("    at ")).join("\n");
}
