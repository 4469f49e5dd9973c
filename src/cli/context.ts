/** What every command works with: made once in `main.ts`, replaced in tests. */
import type { Settings } from "../settings.ts";
import type { Interrupt } from "./terminal/interrupt.ts";
import type { Terminal } from "./terminal/terminal.ts";

export interface CliContext {
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly process: Pick<NodeJS.Process, "on" | "off">;
}

/** https://tldp.org/LDP/abs/html/exitcodes.html: 130 is what a shell expects after Ctrl-C. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One run of a command, which somebody may interrupt. */
export interface CliRun {
  readonly context: CliContext;
  readonly interrupt: Interrupt;
}

/** Runs a command's action: errors become messages, outcomes become exit codes. */
export type RunCommand = (action: (run: CliRun) => Promise<ExitCode>) => Promise<void>;
