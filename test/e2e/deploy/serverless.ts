/** `serverless`, as somebody runs it in a clone, and all that it says. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Finished } from "../stack/command-line.ts";

export interface ServerlessRun extends Finished {
  readonly seconds: number;
}

/** A hang is a failure: it is killed, and has no code. */
const maxMs = 90_000;

export async function runServerless(
  directory: string,
  env: Readonly<Record<string, string>>,
  line: string,
): Promise<ServerlessRun> {
  const program = join(directory, "node_modules/serverless/bin/serverless.js");
  const began = performance.now();
  const options = {
    cwd: directory,
    env: { HOME: directory, PATH: process.env["PATH"], CI: "true", NO_COLOR: "1", ...env },
    timeout: maxMs,
    killSignal: "SIGKILL",
  } as const;
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, ...line.split(" ")], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr, seconds: (performance.now() - began) / 1_000 });
    });
  });
}

/** The lines that begin with `title:`, without it and without their indentation. */
export function sectionIn({ stdout }: Pick<Finished, "stdout">, title: string): readonly string[] {
  const [, rest = ""] = `\n${stdout}`.split(`\n${title}:\n`);
  const [indented = ""] = /^(?: {2}.*\n?)*/.exec(rest) ?? [];
  return indented
    .trimEnd()
    .split("\n")
    .map((line) => line.trim());
}
