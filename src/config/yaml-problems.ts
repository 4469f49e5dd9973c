/**
 * What is wrong with a YAML document as such, in words of ours: the library's own messages quote
 * the text, and what stands there may be a secret.
 */
import { type Document, type ErrorCode, isScalar, type Node, visit, type YAMLMap } from "yaml";
import { quote } from "./quote.ts";

export interface YamlProblem {
  readonly line?: number;
  readonly message: string;
}

type LineAt = (offset: number) => number;

/** Bounds the search for each alias's anchor, which looks through the whole document. */
const maxAliases = 100;

const sentences: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT:
    "not valid YAML: something is indented wrongly, or a bracket isn't closed, up to here",
  BLOCK_AS_IMPLICIT_KEY: 'not valid YAML: a second ": " in one line; put the text in quotes',
  MISSING_CHAR: "not valid YAML: a quote, comma, bracket or colon is missing up to here",
  MULTILINE_IMPLICIT_KEY: "not valid YAML: a key goes over several lines, or its colon is missing",
  MULTIPLE_DOCS: 'several YAML documents: expected one; remove the "---" line and what follows',
  NON_STRING_KEY: "a key that is a list, a mapping or tagged: expected a plain word",
  RESOURCE_EXHAUSTION: "nested too deeply for a config",
  TAB_AS_INDENT: "not valid YAML: indented with a tab; use spaces",
  TAG_RESOLVE_FAILED: "tags (!name) aren't supported; write the plain value",
  UNEXPECTED_TOKEN: "not valid YAML: something here that can't stand here; put texts in quotes",
};

export function syntaxProblems(document: Document.Parsed, lineAt: LineAt): YamlProblem[] {
  const found = [...document.errors, ...document.warnings];
  // What follows from an overflow is thousands of further errors that mean nothing.
  const overflow = found.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  const perLine = new Map<number, YamlProblem>();
  for (const { code, pos } of overflow ? [overflow] : found) {
    const line = lineAt(pos[0]);
    if (perLine.has(line)) continue;
    perLine.set(line, { line, message: sentences[code] ?? "not valid YAML" });
  }
  return [...perLine.values()];
}

export function structureProblems(document: Document.Parsed, lineAt: LineAt): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  const add = (node: Node, message: string) =>
    problems.push({ line: lineAt(node.range?.[0] ?? 0), message });
  const remember = ({ anchor }: { anchor?: string | undefined }) => anchor && anchors.add(anchor);
  visit(document, {
    Map(_key, map) {
      remember(map);
      for (const key of repeatedKeys(map)) add(key, `${quote(String(key))} is given twice`);
    },
    Seq(_key, seq) {
      remember(seq);
    },
    Scalar(_key, scalar) {
      remember(scalar);
    },
    Alias(_key, alias) {
      aliases++;
      if (!anchors.has(alias.source)) {
        add(alias, `no anchor &${alias.source} before the alias that uses it`);
      } else if (aliases === maxAliases + 1) {
        add(alias, `more than ${maxAliases} aliases (*name); write the repeated parts out`);
      }
    },
  });
  return problems;
}

function repeatedKeys(map: YAMLMap): Node[] {
  const seen = new Set<unknown>();
  const repeated: Node[] = [];
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) repeated.push(key);
    seen.add(key.value);
  }
  return repeated;
}
