/** The real command line's grammar, without anything that a command would do. */
import { CommanderError } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { captureRun } from "../unit/cli/captured-run.ts";

/** What the program complains of; undefined if it takes the call. */
export function parseCall(args: readonly string[]): string | undefined {
  const { run, said } = captureRun();
  const program = createProgram(run.context, async () => {});
  try {
    program.parse(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : said.join(" ");
    throw error;
  }
}
