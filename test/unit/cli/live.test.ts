/** What a person watches: on stderr alone, whatever stdout is. */
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watch } from "../../../src/cli/terminal/progress.ts";
import { stepsOn } from "../../../src/cli/terminal/steps.ts";
import type { Terminal } from "../../../src/cli/terminal/terminal.ts";
import { captureRun } from "./captured-run.ts";

let stdout: string[];
beforeEach(() => {
  stdout = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => stdout.push(String(chunk)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(stdout).toEqual([]);
});

/** A terminal of 80 columns on stderr, while stdout goes to a file. */
function liveTerminal() {
  const screen = new PassThrough({ encoding: "utf8" });
  let text = "";
  screen.on("data", (chunk: string) => {
    text += chunk;
  });
  const stderr = Object.assign(screen, { isTTY: true, columns: 80, rows: 24 });
  const terminal = { ...captureRun().run.context.terminal, stderr } as unknown as Terminal;
  return { terminal, shown: () => stripVTControlCharacters(text) };
}

const watched = (names: readonly string[], stop = new AbortController().signal) => ({
  names,
  work: async (name: string) => name.length,
  tell: (length: number) => ({ ok: length < 4, said: `it has ${length} letters` }),
  verb: "Counted",
  stop,
});

test("a step is shown, with what came of it", async () => {
  const { terminal, shown } = liveTerminal();
  const result = await stepsOn(terminal)("Ask", async (retitle) => {
    retitle("Asked");
    return 42;
  });
  expect(result).toBe(42);
  expect(shown()).toContain("✔ Asked");
});

test("a step that fails is marked, and throws what it threw", async () => {
  const { terminal, shown } = liveTerminal();
  const error = new TypeError("no header: Bearer abc");
  await expect(stepsOn(terminal)("Ask", () => Promise.reject(error))).rejects.toBe(error);
  expect(shown()).toContain("✖ Ask");
  // It could quote anything: what may be said of it, printError says.
  expect(shown()).not.toContain("Bearer");
});

test("a few things have a line each", async () => {
  const { terminal, shown } = liveTerminal();
  const results = await watch(watched(["abc", "abcd"]), terminal);
  expect(results).toEqual([3, 4]);
  expect(shown()).toMatch(/✔ it has 3 letters\s+✖ it has 4 letters/);
});

test("more than fit the screen share one", async () => {
  const { terminal, shown } = liveTerminal();
  const names = Array.from({ length: 30 }, (_, index) => `n-${index}`);
  const results = await watch(watched(names), terminal);
  expect(results).toHaveLength(30);
  expect(shown()).toContain("✔ Counted 30 of 30, 20 failed");
});

test("that Ctrl-C was heard is said in the lines, which hold back all other talk", async () => {
  const { terminal, shown } = liveTerminal();
  const stop = new AbortController();
  const work = (name: string) =>
    new Promise<number>((resolve) => {
      stop.signal.addEventListener("abort", () => setImmediate(() => resolve(name.length)));
    });
  const watching = watch({ ...watched(["abc"], stop.signal), work }, terminal);
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort("interrupted");
  await watching;
  expect(shown()).toContain("abc; interrupted, waiting for what is begun");
});

test("a bug in the work ends the watching, and is thrown", async () => {
  const { terminal } = liveTerminal();
  const work = () => Promise.reject(new TypeError("no"));
  await expect(watch({ ...watched(["abc", "d"]), work }, terminal)).rejects.toThrow(TypeError);
});
