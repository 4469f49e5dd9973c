/**
 * What a command printed, compared with a file in `golden/` that a person has read.
 * `UPDATE_GOLDEN=1 npx vitest run --project cli` writes them anew: read the diff.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Finished } from "./scene.ts";

const folder = join(import.meta.dirname, "golden");
/** Read before any run: they replace the environment. */
const writesAnew = process.env["UPDATE_GOLDEN"] === "1";

export async function expectGolden(name: string, finished: Finished): Promise<void> {
  const file = join(folder, `${name}.txt`);
  // Killed, on a machine that was too busy: nothing to keep as an example.
  expect(finished.exitCode).not.toBeNull();
  const actual = transcript(finished);
  if (writesAnew) {
    await writeFile(file, actual);
    return;
  }
  const golden = await readFile(file, "utf8").catch(() => undefined);
  expect(golden, `golden/${name}.txt is missing: run with UPDATE_GOLDEN=1`).toBeDefined();
  expect(actual).toBe(golden);
}

/** With everything that differs from run to run taken out. */
export function transcript({ args, exitCode, stdout, stderr, folder: ranIn }: Finished): string {
  const command = ["ecr-pull-secrets", ...args].map(quoted).join(" ");
  const blocks = [
    `$ ${command}`,
    `exit code ${exitCode}`,
    "",
    "--- stdout",
    stdout.trimEnd(),
    "--- stderr",
    inOrder(stderr.trimEnd()),
  ];
  return `${normalise(blocks.join("\n"), ranIn)}\n`;
}

const aboutCluster = /^[✔✖] (?:(?:Swept|Planned|Looked at|Checked) \S+$|[\w.-]+: )/;

/** Clusters that are visited at once end in any order. */
function inOrder(stderr: string): string {
  const lines = stderr.split("\n");
  const about = lines.filter((line) => aboutCluster.test(line)).sort();
  return lines.map((line) => (aboutCluster.test(line) ? about.shift() : line)).join("\n");
}

function quoted(arg: string): string {
  return /^[\w./=:@,-]+$/.test(arg) ? arg : `'${arg}'`;
}

/** What differs from run to run, and only that. */
function normalise(text: string, ranIn: string): string {
  return text
    .replaceAll(ranIn, "<folder>")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>")
    .replace(/127\.0\.0\.1, port \d+/g, "127.0.0.1, port <port>")
    .replace(/(valid|restored) until \d{4}-\d\d-\d\d/g, "$1 until <date>")
    .replace(/\b\d+\.\d s\b/g, "0.1 s")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>");
}
