/** Says why a registration or removal ended before its end, and what was done by then. */
import { isMendable } from "../../../registration/problems.ts";
import { type CliRun, type ExitCode, exitCodes } from "../../context.ts";
import { Interrupted } from "../../terminal/interrupt.ts";
import { printError } from "../error.ts";
import { lookAt } from "../look.ts";
import { renderProblem } from "./problem.ts";

export function sayStopped(
  doneByThen: string,
  error: unknown,
  { context, interrupt }: CliRun,
): ExitCode {
  const { terminal } = context;
  const isInterrupted = interrupt.stop.aborted || error instanceof Interrupted;
  if (!isInterrupted && isMendable(error)) {
    terminal.say(renderProblem(error, lookAt(context, "stderr")));
  } else if (!isInterrupted) {
    printError(error, terminal);
  }
  terminal.say(doneByThen);
  return isInterrupted ? exitCodes.interrupted : exitCodes.failed;
}
