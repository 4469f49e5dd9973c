/**
 * Turns what zod reports into sentences for people: what was expected, and what was found. The
 * schema's own messages are just the first half ("a region such as us-east-1"); messages of
 * `custom` issues are whole sentences.
 */
import * as z from "zod";
import { quote } from "./quote.ts";
import { suggestion } from "./suggestion.ts";
import type { ValuePath } from "./yaml-source.ts";

export interface PathProblem {
  readonly path: ValuePath;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

const expectedTypes: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  string: "a text",
};

/** What is expected, for issues where the schema doesn't say: zod's `error` option. */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return expectedTypes[issue.expected];
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return Array.isArray(issue.options) ? oneOf(issue.options) : undefined;
    case "unrecognized_keys":
      return knownKeys(issue.inst).join(", ");
    default:
      return undefined;
  }
}

/** Needs issues made with `reportInput` and `expectation`. */
export function problemsOf(issues: readonly Issue[], parent: ValuePath = []): PathProblem[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === "unrecognized_keys") return unknownKeys(issue, path);
    if (issue.code === "invalid_union") return unionProblems(issue, path);
    return { path, message: sentence(issue, path) };
  });
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: ValuePath): PathProblem[] {
  return issue.keys.map((key) => {
    const meant = suggestion(key, issue.message.split(", "));
    const remedy =
      meant === undefined ? `expected one of ${issue.message}` : `did you mean ${meant}?`;
    return { path: [...path, key], message: `unknown key: ${remedy}` };
  });
}

function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: ValuePath): PathProblem[] {
  if (issue.discriminator !== undefined) {
    const input: unknown = issue.input;
    const found = z.looseObject({}).safeParse(input).data?.[issue.discriminator];
    return [{ path, message: expectedAndFound(issue.message, found, path) }];
  }
  // The form that was meant is the one whose outermost type is right.
  const meant = issue.errors.find((form) => !form.some(isOtherForm));
  if (meant !== undefined) return problemsOf(meant, path);
  return [{ path, message: expectedAndFound(issue.message, issue.input, path) }];
}

function isOtherForm(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function sentence(issue: Issue, path: ValuePath): string {
  if (issue.code === "custom") return issue.message;
  if (issue.code === "invalid_key") {
    // The path shows it as well.
    return `expected ${issue.issues[0]?.message}, found ${quote(String(issue.path.at(-1)))}`;
  }
  if (isAboutLength(issue)) {
    return issue.code === "too_small"
      ? "expected at least one entry, found none"
      : `expected at most ${issue.maximum} entries, found more`;
  }
  return expectedAndFound(issue.message, issue.input, path);
}

function isAboutLength(issue: Issue): issue is z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig {
  return (issue.code === "too_small" || issue.code === "too_big") && issue.origin === "array";
}

function expectedAndFound(expected: string, found: unknown, path: ValuePath): string {
  if (found === undefined) return `missing: expected ${expected}`;
  return `expected ${expected}, found ${describe(found, path)}`;
}

function describe(found: unknown, path: ValuePath): string {
  if (found === null) return "nothing";
  if (Array.isArray(found)) return "a list";
  if (typeof found === "object") return "a mapping";
  if (isAboutSecret(path)) return "a value that isn't shown here";
  return typeof found === "string" ? quote(found) : `the ${typeof found} ${String(found)}`;
}

/** What stands here may be a password or token, put in the wrong place. */
function isAboutSecret(path: ValuePath): boolean {
  const key = path.findLast((segment) => typeof segment === "string") ?? "";
  return /pass|secret(?!s$)|token|credential|private|apikey|accesskey/i.test(key);
}

function knownKeys(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function oneOf(values: readonly unknown[]): string {
  return new Intl.ListFormat("en", { type: "disjunction" }).format(values.map(String));
}
