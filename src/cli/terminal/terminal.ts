/** Where a command talks: data to stdout, everything else to stderr. */
import { createInterface } from "node:readline/promises";
import picocolors from "picocolors";

export type Paint = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Colours of stdout; without a terminal, or with NO_COLOR, they change nothing. */
  readonly paint: Paint;
  /** Colours of stderr. */
  readonly tint: Paint;
  /** Whether somebody is there to be asked. */
  readonly interactive: boolean;
  /** Data. */
  print(text: string): void;
  /** Talk. */
  say(text: string): void;
  /** @throws AbortError if the signal is aborted while waiting */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
}

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createTerminal(
  { stdin, stdout, stderr }: Streams,
  options: { readonly noColor: boolean },
): Terminal {
  const coloured = (stream: NodeJS.WriteStream) => stream.isTTY === true && !options.noColor;
  const tint = picocolors.createColors(coloured(stderr));
  return {
    stdout,
    stderr,
    paint: picocolors.createColors(coloured(stdout)),
    tint,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    print: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    async confirm(question, signal) {
      const prompt = createInterface({ input: stdin, output: stderr });
      // The prompt swallows Ctrl-C: hand it on to whoever listens for it.
      prompt.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
      const endOfInput = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
      try {
        const asked = `${tint.cyan("?")} ${question} [y/N] `;
        const answer = await Promise.race([prompt.question(asked, { signal }), endOfInput]);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
  };
}
