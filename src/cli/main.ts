#!/usr/bin/env node
import { readSettings } from "../settings.ts";
import { exitCodes } from "./context.ts";
import { runProgram } from "./program.ts";
import { createTerminal } from "./terminal/terminal.ts";

const settings = readSettings();
const { stdin, stdout, stderr, argv } = process;

// `| head` goes away early: the reader's choice, not an error of ours, and what was begun must end.
// Any other loss of data is a failure.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    process.exit(exitCodes.failed);
  }
});
stderr.on("error", () => {});

process.exitCode = await runProgram(argv.slice(2), {
  terminal: createTerminal({ stdin, stdout, stderr }, settings),
  settings,
  now: () => new Date(),
  process,
});

// Calls to AWS that were given up would keep the process for as long as their timeouts.
if (process.exitCode === exitCodes.interrupted) {
  process.exit();
}
