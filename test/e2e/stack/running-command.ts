/** A command that somebody watches, types at and interrupts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finished } from "./command-line.ts";
import { type Traces, traceProcess } from "./traces.ts";

export interface RunningCommand extends Pick<Traces, "commandLines" | "temporaryFiles"> {
  readonly finished: Promise<Finished>;
  /** What it said so far, in the order in which it came. */
  output(): string;
  /** Waits until it has said this; fails if it ends without. */
  untilSaid(text: string): Promise<void>;
  /** On its keyboard. */
  type(text: string): void;
  /** Ctrl-C without a terminal: a signal to all its processes. */
  interrupt(): void;
}

export interface CommandSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const maxMs = 60_000;

export function startCommand({ command, args, cwd, env }: CommandSpec): RunningCommand {
  const said = { stdout: "", stderr: "", output: "" };
  // In a process group of its own, as a shell with job control starts it.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: "pipe" });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} can't be started`);
  const traces = traceProcess(pid, env["TMPDIR"] ?? "");
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      said[stream] += chunk;
      said.output += chunk;
    });
  }
  let hasEnded = false;
  const signalAll = (signal: NodeJS.Signals) => void process.kill(-pid, signal);
  const finish = async (): Promise<Finished> => {
    const forced = setTimeout(() => signalAll("SIGKILL"), maxMs);
    const [code] = await once(child, "close");
    clearTimeout(forced);
    hasEnded = true;
    traces.stop();
    return { code, stdout: said.stdout, stderr: said.stderr };
  };
  const finished = finish();
  return {
    ...traces,
    finished,
    output: () => said.output,
    untilSaid: async (text) => {
      while (!said.output.includes(text)) {
        if (hasEnded) throw new Error(`it never said ${JSON.stringify(text)}:\n${said.output}`);
        await sleep(10);
      }
    },
    type: (text) => void child.stdin.write(text),
    interrupt: () => signalAll("SIGINT"),
  };
}
