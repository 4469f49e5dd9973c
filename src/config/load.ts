/** A config file, read with all care: every problem in it is reported at once. */
import { createReadStream, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError, type ConfigProblem } from "../errors.ts";
import { findConflicts } from "./conflicts.ts";
import { expectation, type PathProblem, problemsOf } from "./problems.ts";
import { quote } from "./quote.ts";
import { stageConfig } from "./schema.ts";
import type { StageConfig } from "./stage-config.ts";
import { suggestion } from "./suggestion.ts";
import { readYaml, type ValuePath } from "./yaml-source.ts";

const maxSizeBytes = 1_000_000;

/** Nobody reads more, and a hostile file has a problem per byte. */
const maxProblems = 100;

/** @throws ConfigError */
export async function loadConfig(file: string): Promise<StageConfig> {
  return parseConfig(decode(await readLimited(file), file), file);
}

/**
 * At once, for a function at its start: nothing else waits, and what it is built from is bundled as
 * CommonJS, where a module can't wait either.
 * @throws ConfigError
 */
export function readPackagedConfig(file: string): StageConfig {
  return parseConfig(decode(readPackaged(file), file), file);
}

/**
 * @param file names the text in problems.
 * @throws ConfigError
 */
export function parseConfig(text: string, file: string): StageConfig {
  if (text.length > maxSizeBytes) throw tooLarge(file);
  const source = readYaml(text);
  if (source.problems.length > 0) {
    const shown = source.problems.slice(0, maxProblems);
    throw configError(
      shown.map((problem) => ({ file, path: "", ...problem })),
      source.problems.length,
    );
  }
  if (source.value === null || source.value === undefined) {
    throw refusal(file, "the file is empty: expected a mapping with pullSecrets");
  }
  const parsed = stageConfig.safeParse(source.value, { error: expectation, reportInput: true });
  const problems = [...problemsOf(parsed.error?.issues ?? []), ...findConflicts(source.value)];
  if (parsed.data !== undefined && problems.length === 0) return parsed.data;
  const located = problems
    .slice(0, maxProblems)
    .map((problem) => locate(problem, file, source.lineOf))
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  throw configError(located, problems.length);
}

function locate(
  problem: PathProblem,
  file: string,
  lineOf: (path: ValuePath) => number | undefined,
): ConfigProblem {
  const line = lineOf(problem.path);
  const path = formatPath(problem.path);
  return { file, path, ...(line !== undefined && { line }), message: problem.message };
}

function formatPath(path: ValuePath): string {
  return path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      const key = String(segment);
      if (!/^[\w-]{1,40}$/.test(key)) return `[${quote(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

function configError(problems: readonly ConfigProblem[], found: number): ConfigError {
  const [first] = problems;
  const omitted = found - problems.length;
  if (first === undefined || omitted <= 0) return new ConfigError(problems);
  const rest = { file: first.file, path: "", message: `and ${omitted} more problems` };
  return new ConfigError([...problems, rest]);
}

function refusal(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ file, path: "", message }], { cause });
}

function tooLarge(file: string): ConfigError {
  return refusal(file, `larger than ${maxSizeBytes / 1_000_000} MB: expected a config of a few kB`);
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw refusal(file, "not UTF-8: expected a text file; save it as UTF-8", error);
  }
}

function readPackaged(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refusal(file, "not in the function's package: deploy it anew", error);
  }
}

/** Stops reading at the limit, whatever the file's size claims to be. */
async function readLimited(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file, { end: maxSizeBytes })) chunks.push(chunk);
  } catch (error) {
    throw await unreadable(file, error);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > maxSizeBytes) throw tooLarge(file);
  return bytes;
}

async function unreadable(file: string, cause: unknown): Promise<ConfigError> {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EISDIR") return refusal(file, "a folder: expected a config file in it", cause);
  if (code === "EACCES") return refusal(file, "not readable for this user", cause);
  if (code !== "ENOENT") return refusal(file, `can't be read (${String(code)})`, cause);
  return missing(file, await configFilesBeside(file), cause);
}

function missing(file: string, others: readonly string[], cause: unknown): ConfigError {
  const shown = new Intl.ListFormat("en", { type: "conjunction" }).format(others.slice(0, 10));
  const message =
    others.length === 0
      ? "no such file, and no other config beside it"
      : `no such file; there ${others.length === 1 ? "is" : "are"} ${shown}`;
  const meant = suggestion(file, others);
  const hint = meant === undefined ? {} : { hint: `did you mean ${meant}?` };
  return new ConfigError([{ file, path: "", message }], { ...hint, cause });
}

async function configFilesBeside(file: string): Promise<readonly string[]> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const configs = names.filter((name) => /^[\w.-]{1,60}\.ya?ml$/.test(name)).sort();
  return configs.map((name) => join(folder, name));
}
