/** What people read of this repository. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Markdown, parseMarkdown } from "./markdown.ts";

export const root = join(import.meta.dirname, "../..");

/** In this order, which ends with what takes the stage away, somebody could type all commands. */
export const files: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...globSync("docs/**/*.md", { cwd: root })
    .filter((file) => file !== "docs/operations.md")
    .sort(),
  "docs/operations.md",
];

export function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export function readDocuments(): readonly Markdown[] {
  return files.map((file) => parseMarkdown(file, readText(file)));
}
