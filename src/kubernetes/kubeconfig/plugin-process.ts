import { spawn } from "node:child_process";

export interface PluginProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** There: a person at the terminal may be asked, is shown stderr, and may take their time. */
  readonly terminal: PluginTerminal | undefined;
  readonly timeoutMs: number;
}

export interface PluginTerminal {
  write(text: string): unknown;
}

export type PluginOutcome =
  | { readonly kind: "not-started"; readonly code: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "too-large" }
  | {
      readonly kind: "exited";
      /** Exit code, or the signal that ended it. */
      readonly status: number | string;
      readonly stdout: string;
      /** The end of it. */
      readonly stderr: string;
    };

const maxStdoutBytes = 1024 * 1024;
const keptStderrLength = 4096;

/** Never rejects: what a program can do wrong is an outcome. */
export function runPluginProcess(request: PluginProcess): Promise<PluginOutcome> {
  return new Promise((resolve) => {
    try {
      follow(start(request), request, resolve);
    } catch (error) {
      resolve({ kind: "not-started", code: codeOf(error) });
    }
  });
}

function start({ command, args, env, terminal }: PluginProcess) {
  const stdin = terminal === undefined ? "ignore" : "inherit";
  return spawn(command, args, { env, stdio: [stdin, "pipe", "pipe"] });
}

function follow(
  child: ReturnType<typeof start>,
  { terminal, timeoutMs }: PluginProcess,
  resolve: (outcome: PluginOutcome) => void,
): void {
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = "";
  const stop = (kind: "timeout" | "too-large") => {
    resolve({ kind });
    child.kill("SIGKILL");
    // A process that it left behind may hold these open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = terminal === undefined ? setTimeout(stop, timeoutMs, "timeout") : undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    stdoutBytes += chunk.length;
    if (stdoutBytes > maxStdoutBytes) {
      stop("too-large");
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-keptStderrLength);
    terminal?.write(text);
  });
  child.on("error", (error) => resolve({ kind: "not-started", code: codeOf(error) }));
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    const status = code ?? signal ?? "unknown";
    resolve({ kind: "exited", status, stdout: Buffer.concat(stdout).toString(), stderr });
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
