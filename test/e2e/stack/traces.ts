/** What a running command shows to others on its machine: arguments of processes, temporary files. */
import { readdirSync, readFileSync, watch } from "node:fs";

export interface Traces {
  /** Command lines of the process and of all that it started, each once. */
  readonly commandLines: ReadonlySet<string>;
  /** Names of the files that appeared, however briefly. */
  readonly temporaryFiles: ReadonlySet<string>;
  stop(): void;
}

const pauseMs = 10;

/** @throws Error where there is no /proc: only Linux shows others' processes like this */
export function traceProcess(pid: number, temporaryDirectory: string): Traces {
  if (commandLineOf(process.pid) === "") throw new Error("/proc tells nothing of processes");
  const commandLines = new Set<string>();
  const temporaryFiles = new Set<string>();
  const watcher = watch(temporaryDirectory, (_, name) => {
    if (name !== null) temporaryFiles.add(name);
  });
  const look = () => {
    for (const each of familyOf(pid)) {
      const commandLine = commandLineOf(each);
      // Of a process that is just being born, /proc shows an empty one: it is there at the next look.
      if (commandLine !== "") commandLines.add(commandLine);
    }
  };
  const timer = setInterval(look, pauseMs);
  return {
    commandLines,
    temporaryFiles,
    stop: () => {
      clearInterval(timer);
      watcher.close();
      for (const name of readdirSync(temporaryDirectory)) temporaryFiles.add(name);
    },
  };
}

function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

function childrenOf(pid: number): number[] {
  const tasks = ifStillThere(() => readdirSync(`/proc/${pid}/task`), []);
  return tasks.flatMap((task) =>
    ifStillThere(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"), "")
      .split(" ")
      .filter((child) => child !== "")
      .map(Number),
  );
}

function commandLineOf(pid: number): string {
  const text = ifStillThere(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "");
  return text.replaceAll("\0", " ").trim();
}

function ifStillThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
