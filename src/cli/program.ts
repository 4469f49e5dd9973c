/** All commands, and the manners that they share. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addCheckCommand } from "./commands/check.ts";
import { addListCommand } from "./commands/list.ts";
import { addPlanCommand } from "./commands/plan.ts";
import { addRefreshCommand } from "./commands/refresh.ts";
import { addRegisterCommand } from "./commands/register.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addUnregisterCommand } from "./commands/unregister.ts";
import { addValidateCommand } from "./commands/validate.ts";
import {
  type CliContext,
  type CliRun,
  type ExitCode,
  exitCodes,
  type RunCommand,
} from "./context.ts";
import { printError } from "./print/error.ts";
import { listenForInterrupt } from "./terminal/interrupt.ts";

const description = `Keeps Amazon ECR pull secrets fresh in Kubernetes clusters outside AWS,
with nothing running in the cluster.`;

const afterHelp = `
Start with a cluster of your own; this changes nothing:
  ecr-pull-secrets plan --local --context kind-kind`;

/** In the order of `--help`. */
const commands = [
  addRegisterCommand,
  addListCommand,
  addStatusCommand,
  addPlanCommand,
  addRefreshCommand,
  addCheckCommand,
  addUnregisterCommand,
  addValidateCommand,
];

/** Runs one command line. Everything that goes wrong is said; the exit code is all that is left. */
export async function runProgram(args: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const run = async (action: (run: CliRun) => Promise<ExitCode>) => {
    using interrupt = listenForInterrupt(context.process, context.terminal.say);
    try {
      exitCode = await action({ context, interrupt });
    } catch (error) {
      exitCode = interrupt.stop.aborted
        ? sayInterrupted(context)
        : printError(error, context.terminal);
    }
  };
  try {
    await createProgram(context, run).parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    throw error;
  }
  return exitCode;
}

/** The command line's grammar; `run` gets what a command would do. */
export function createProgram(
  { terminal }: Pick<CliContext, "terminal">,
  run: RunCommand,
): Command {
  const program = new Command("ecr-pull-secrets")
    .description(description)
    .addHelpText("after", afterHelp)
    .version(readVersion(), "-V, --version", "print the version")
    .helpCommand(false)
    .showHelpAfterError("(--help shows what is possible)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
      outputError: (text, write) =>
        write(`${terminal.tint.red("✖")} ${text.replace(/^error: /, "")}`),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const addCommand of commands) {
    addCommand(program, run);
  }
  return program;
}

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

function sayInterrupted({ terminal }: CliContext): ExitCode {
  terminal.say("Stopped before anything was changed.");
  return exitCodes.interrupted;
}
