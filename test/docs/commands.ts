/** Every command in the documents, and how it is known to work. */
import { parse } from "yaml";
import { readText } from "./documents.ts";
import { exceptions } from "./exceptions.ts";
import type { Block, Markdown } from "./markdown.ts";
import { linesOf } from "./shell.ts";

/** What one shell gets. */
export interface Script {
  readonly block: Block;
  readonly text: string;
  readonly lines: readonly string[];
}

/**
 * - `ci`: `.ci/run` runs it.
 * - `excepted`: it is in the list of exceptions.
 * - `run`: the e2e test of the documents runs it.
 */
export type Proof = "ci" | "excepted" | "run";

export function scriptsOf({ blocks }: Markdown): readonly Script[] {
  return blocks.flatMap((block) => {
    const single = singleCommands(block).map((line) => ({ block, text: line, lines: [line] }));
    const { language, text } = block;
    return language === "sh" ? [{ block, text, lines: linesOf(text) }] : single;
  });
}

function singleCommands({ language, text }: Block): readonly string[] {
  switch (language) {
    // What somebody typed, and what was answered.
    case "":
    case "text":
      return matchesOf(text, /^\$ (.+)$/gm);
    case "yaml":
      return stepsOf(parse(text));
    case "ini":
      return matchesOf(text, /^ExecStart=(.+)$/gm);
    default:
      return [];
  }
}

function matchesOf(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

/** What a workflow of GitHub Actions runs. */
function stepsOf(yaml: unknown): readonly string[] {
  const { jobs = {} } = yaml as { jobs?: Record<string, { steps?: { run?: string }[] }> };
  return Object.values(jobs).flatMap(({ steps = [] }) =>
    steps.flatMap(({ run }) => (run === undefined ? [] : linesOf(run))),
  );
}

export function proofOf(line: string): Proof {
  if (ciCommands.has(line)) return "ci";
  return exceptions.some(({ command }) => command === line) ? "excepted" : "run";
}

/** The steps of `.ci/run`, without their names. */
const ciCommands: ReadonlySet<string> = new Set(
  matchesOf(readText(".ci/run"), /^(?:test_)?step \S+ (.+)$/gm),
);
