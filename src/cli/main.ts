#!/usr/bin/env node
import { readSettings } from "../settings.ts";
import { runProgram } from "./program.ts";
import { createTerminal } from "./terminal.ts";

const settings = readSettings();
const { stdin, stdout, stderr, argv } = process;

// `| head` closes stdout early: that is the reader's choice, not an error of ours.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await runProgram(argv.slice(2), {
  terminal: createTerminal({ stdin, stdout, stderr }, settings),
  settings,
  now: () => new Date(),
  process,
});
