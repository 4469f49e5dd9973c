/**
 * A shell in a clone of the repository, where somebody types commands: with kubectl, the AWS CLI,
 * kubeconfigs and AWS credentials, and nothing else of the machine's environment.
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { provideCommands } from "../parts/commands.ts";
import { partPath } from "../parts/part-paths.ts";
import { createWorkspace, type Workspace } from "../parts/workspace.ts";
import { type RunningCommand, startCommand } from "./running-command.ts";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine extends AsyncDisposable {
  /** Runs a line to its end, without a terminal. */
  run(line: string): Promise<Finished>;
  start(line: string): RunningCommand;
  /** On a terminal of 100 columns: all that is said goes to stdout. */
  startOnTerminal(line: string): RunningCommand;
  /** Of all so far: what they said, with which arguments they ran, what they left at home. */
  allTexts(): Promise<readonly string[]>;
  /** Names of the temporary files that they made. */
  temporaryFiles(): readonly string[];
}

export interface CommandLineOptions {
  readonly directory: string;
  readonly awsEnv: Readonly<Record<string, string>>;
  /** Paths. */
  readonly kubeconfigs: readonly string[];
}

/** A terminal of its own for a shell, which then is all that Ctrl-C reaches. */
const onTerminal = `
import os, pty, sys
line = "stty cols 100 rows 40; " + sys.argv[1]
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["bash", "-c", line])))`;

export async function openCommandLine(options: CommandLineOptions): Promise<CommandLine> {
  const workspace = await createWorkspace("shell");
  const env = await settle(workspace, options);
  const commands: RunningCommand[] = [];
  const begin = (command: string, ...args: string[]) => {
    const started = startCommand({ command, args, cwd: options.directory, env });
    commands.push(started);
    return started;
  };
  const start = (line: string) => begin("bash", "-c", line);
  return {
    run: (line) => start(line).finished,
    start,
    startOnTerminal: (line) => begin(partPath("python"), "-c", onTerminal, line),
    allTexts: async () => [
      ...commands.flatMap(({ output, commandLines }) => [output(), ...commandLines]),
      ...(await textsIn(env["HOME"] ?? "")),
    ],
    temporaryFiles: () => commands.flatMap(({ temporaryFiles }) => [...temporaryFiles]),
    [Symbol.asyncDispose]: () => workspace.remove(),
  };
}

async function settle(
  { file }: Workspace,
  { awsEnv, kubeconfigs }: CommandLineOptions,
): Promise<Record<string, string>> {
  const [home, bin, temporary] = [file("home"), file("bin"), file("tmp")];
  for (const directory of [home, bin, temporary]) await mkdir(directory);
  await provideCommands(bin);
  return {
    ...awsEnv,
    PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: home,
    TMPDIR: temporary,
    TERM: "xterm",
    KUBECONFIG: kubeconfigs.join(delimiter),
    // Npm's own, in TMPDIR: nothing of ours.
    NODE_DISABLE_COMPILE_CACHE: "1",
  };
}

async function textsIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
  );
}
