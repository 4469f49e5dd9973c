/**
 * The program in this process, for what a run says and does: a process of its own costs 0.4 s of CPU
 * each. `processes.test.ts` holds the two against one another.
 */
import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";
import { expect } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { createTerminal } from "../../src/cli/terminal/terminal.ts";
import { readSettings } from "../../src/settings.ts";

export interface Surroundings {
  readonly cwd: string;
  /** All that the program sees of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly giveUpAfterMs: number;
}

export interface Ended {
  /** Null: it hung. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of the run before: a process has but one environment and one folder. */
let turn: Promise<unknown> = Promise.resolve();

/** One after the other, in the order of calls. */
export function runInThisProcess(args: readonly string[], around: Surroundings): Promise<Ended> {
  const run = turn.then(() => runAlone(args, around));
  turn = run.catch(() => {});
  return run;
}

async function runAlone(args: readonly string[], around: Surroundings): Promise<Ended> {
  const environment = definedOf(around.environment);
  const stdout = captured();
  const stderr = captured();
  const signals = new EventEmitter();
  const settings = readSettings(environment);
  const streams = { stdin: noTerminal(Readable.from([])), stdout, stderr };
  const context = {
    terminal: createTerminal(streams as unknown as Parameters<typeof createTerminal>[0], settings),
    settings,
    now: () => new Date(),
    process: signals as unknown as NodeJS.Process,
  };
  using past = watchWhatGoesPast();
  using _ = moveTo(around.cwd, environment);
  const exitCode = await unlessItHangs(runProgram(args, context), around.giveUpAfterMs);
  expect(past.written, "written past the terminal").toEqual([]);
  if (exitCode !== null) {
    // Who writes after the end, or still listens for Ctrl-C, was left behind.
    stdout.close();
    stderr.close();
    expect(signals.eventNames()).toEqual([]);
  }
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function unlessItHangs<T>(run: Promise<T>, giveUpAfterMs: number): Promise<T | null> {
  const { promise: hangs, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, giveUpAfterMs, null);
  return Promise.race([run, hangs]).finally(() => clearTimeout(timer));
}

const noTerminal = <S extends object>(stream: S) => Object.assign(stream, { isTTY: false });

function captured() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(noTerminal(stream), {
    text: () => Buffer.concat(chunks).toString(),
    /** A Writable that has ended would take more without a word. */
    close() {
      stream.write = (chunk: unknown) => {
        throw new Error(`written after the end: ${String(chunk)}`);
      };
    },
  });
}

function definedOf(variables: Surroundings["environment"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** The AWS SDK and plugins of kubeconfigs read the environment themselves, and files are relative. */
function moveTo(cwd: string, environment: Readonly<Record<string, string>>): Disposable {
  const before = { cwd: process.cwd(), environment: { ...process.env } };
  replaceEnvironment(environment);
  process.chdir(cwd);
  return {
    [Symbol.dispose]() {
      process.chdir(before.cwd);
      replaceEnvironment(definedOf(before.environment));
    },
  };
}

function replaceEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (!(name in variables)) delete process.env[name];
  }
  Object.assign(process.env, variables);
}

const consoleMethods = ["debug", "error", "info", "log", "trace", "warn"] as const;

/** Output that by-passes the terminal, and so what it does for pipes, colours and secrets. */
function watchWhatGoesPast() {
  const written: string[] = [];
  const note = (...said: unknown[]) => written.push(said.map(String).join(" ")) > 0;
  const replaced = [
    ...consoleMethods.map((method) => replace(console, method, note)),
    replace(process.stdout, "write", note),
    replace(process.stderr, "write", note),
  ];
  process.on("warning", note);
  return {
    written: written as readonly string[],
    [Symbol.dispose]() {
      process.off("warning", note);
      for (const putBack of replaced) putBack();
    },
  };
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, by: unknown) {
  const original = Object.getOwnPropertyDescriptor(owner, name);
  owner[name] = by as T[K];
  return () => {
    delete owner[name];
    if (original !== undefined) Object.defineProperty(owner, name, original);
  };
}
