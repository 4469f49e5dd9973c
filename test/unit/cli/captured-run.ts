/** One run of a command in this process: what it says is kept, and a test may interrupt it. */
import picocolors from "picocolors";
import type { CliRun } from "../../../src/cli/context.ts";
import type { Terminal } from "../../../src/cli/terminal/terminal.ts";
import { readSettings } from "../../../src/settings.ts";

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly now?: Date;
}

export function captureRun({ environment = {}, now = new Date() }: RunOptions = {}) {
  const said: string[] = [];
  const printed: string[] = [];
  const stop = new AbortController();
  const abort = new AbortController();
  const plain = picocolors.createColors(false);
  const stream = { isTTY: false, columns: 0 } as unknown as NodeJS.WriteStream;
  const terminal: Terminal = {
    stdout: stream,
    stderr: stream,
    paint: plain,
    tint: plain,
    interactive: false,
    print: (text) => printed.push(text),
    say: (text) => said.push(text),
    confirm: async () => false,
  };
  const run: CliRun = {
    context: {
      terminal,
      settings: readSettings({ HOME: "/nowhere", ...environment }),
      now: () => now,
      process: { on: () => process, off: () => process } as Pick<NodeJS.Process, "on" | "off">,
    },
    interrupt: { stop: stop.signal, abort: abort.signal, [Symbol.dispose]() {} },
  };
  return {
    run,
    said,
    printed,
    /** Ctrl-C; the second one gives up what is in flight. */
    interrupt: () => (stop.signal.aborted ? abort : stop).abort("interrupted"),
  };
}
