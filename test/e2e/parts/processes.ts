/** Child processes for tests: ready or a readable error, and never left behind. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGuard } from "./guard.ts";

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets stdout and stderr; its end is in the error when the start fails. */
  readonly logFile: string;
  /** Polled until true; an exception counts as "not yet". */
  readonly ready: () => Promise<boolean>;
  readonly readyTimeoutMs?: number;
}

export interface RunningProcess {
  readonly pid: number;
  /** Ends it and waits until it is gone, so that its ports and files are free again. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The last lines of its log. */
  logTail(): Promise<string>;
}

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly stdout: string;

  constructor(
    command: string,
    exitCode: number | undefined,
    { stderr, stdout }: { readonly stderr: string; readonly stdout: string },
  ) {
    super(`${command} ended with code ${exitCode ?? "none"}: ${stderr.trim()}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
    this.stdout = stdout;
  }
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs a command to its end and gives its stdout. Throws CommandError if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { env = {}, cwd, input = "", timeoutMs = 60_000 } = options;
  return await new Promise((resolve, reject) => {
    const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 256 * 2 ** 20 } as const;
    const child = execFile(command, [...args], { env, cwd, ...limits }, (error, out, err) => {
      if (error === null) {
        resolve(out);
        return;
      }
      const code = typeof error.code === "number" ? error.code : undefined;
      const stderr = code === undefined ? `${error.message}\n${err}` : err;
      const name = [basename(command), ...args.slice(0, 2)].join(" ");
      reject(new CommandError(name, code, { stderr, stdout: out }));
    });
    // A command that ends without reading its input breaks the pipe; its exit code tells enough.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** Starts a server and waits until it is ready. */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const log = openSync(spec.logFile, "a", 0o600);
  const child = spawn(spec.command, spec.args, {
    env: { ...spec.env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await once(child, "spawn");
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${spec.command} has no process id`);

  const guard = startGuard("kill-process", String(pid));
  const running: RunningProcess = {
    pid,
    stop: async (signal = "SIGKILL") => {
      child.kill(signal);
      const forced = setTimeout(() => child.kill("SIGKILL"), 30_000);
      await exited;
      clearTimeout(forced);
      guard.dismiss();
    },
    logTail: async () => (await readFile(spec.logFile, "utf8")).split("\n").slice(-25).join("\n"),
  };
  await waitUntilReady(spec, { child, exited, running });
  return running;
}

interface Starting {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly running: RunningProcess;
}

async function waitUntilReady(spec: ProcessSpec, starting: Starting): Promise<void> {
  const { child, exited, running } = starting;
  const timeoutMs = spec.readyTimeoutMs ?? 60_000;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const ready = await Promise.race([probe(spec.ready), exited.then(() => false)]);
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ready && !ended) return;
    if (ended || Date.now() > deadline) {
      const why = ended ? `ended with code ${child.exitCode}` : `took over ${timeoutMs} ms`;
      await running.stop();
      const log = await running.logTail();
      throw new Error(
        `${basename(spec.command)} ${why} before it was ready. Its log ends:\n${log}`,
      );
    }
    await sleep(25);
  }
}

/** Bounded: on a port that somebody else holds, a probe may never be answered. */
async function probe(ready: () => Promise<boolean>): Promise<boolean> {
  return await Promise.race([ready().catch(() => false), sleep(5000, false, { ref: false })]);
}
