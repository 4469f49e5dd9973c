/** Runs a script as somebody would who types it, and says yes to what it asks. */
import type { CommandLine, Finished } from "../stack/command-line.ts";

const question = "[y/N]";

export async function runAsTyped(
  shell: CommandLine,
  script: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  // The last word is bash's: a last command that takes its place and closes the terminal before it
  // ends, as `rm` does, may be hung up on.
  const lines = [...exports, "export NO_COLOR=1", "set -e -o pipefail", script, "exit"];
  const running = shell.startOnTerminal(lines.join("\n"));
  let answered = 0;
  const answering = setInterval(() => {
    for (; answered < running.output().split(question).length - 1; answered += 1) {
      running.type("y\n");
    }
  }, 50);
  try {
    return await running.finished;
  } finally {
    clearInterval(answering);
  }
}
