/** What is expected of a command that has ended. */
import { expect } from "vitest";
import type { Finished } from "../stack/command-line.ts";

/** All that it said, with the terminal's lines joined: a sentence may be wrapped anywhere. */
export function said({ stdout, stderr }: Finished): string {
  return `${stdout}\n${stderr}`.replace(/\s+/g, " ");
}

/** Shows what it said, where the code is another. */
export function expectCode(code: number, finished: Finished): void {
  const shown = `${finished.stdout}\n${finished.stderr}`;
  expect(finished.code, shown).toBe(code);
}
