/**
 * YAML text to plain values, with the way back from a value to its line. Refuses what can exhaust
 * the process or mean two things: exploding anchors, duplicate keys, tags, several documents.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { structureProblems, syntaxProblems, type YamlProblem } from "./yaml-problems.ts";

export type ValuePath = readonly PropertyKey[];

export interface YamlSource {
  readonly value: unknown;
  /** 1-based line of the value, or of the nearest thing around it that is in the text. */
  lineOf(path: ValuePath): number | undefined;
  /** If there are any, there is no value. */
  readonly problems: readonly YamlProblem[];
}

/** How often one anchor's content may appear, nested aliases multiplied. */
const maxAliasCount = 50;

type YamlDocument = ReturnType<typeof parseYaml>;

export function readYaml(text: string): YamlSource {
  try {
    const document = parseYaml(text);
    const lineAt = (offset: number) => document.lines.linePos(offset).line;
    const syntax = syntaxProblems(document.root, lineAt);
    const problems = syntax.length > 0 ? syntax : structureProblems(document.root, lineAt);
    return {
      value: problems.length > 0 ? undefined : document.root.toJS({ maxAliasCount }),
      lineOf: (path) => lineAt(offsetOf(document, path)),
      problems,
    };
  } catch (error) {
    return { value: undefined, lineOf: () => undefined, problems: [exhaustion(error)] };
  }
}

function parseYaml(text: string) {
  const lines = new LineCounter();
  const root = parseDocument(text, {
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // The library compares each key with all others: minutes for a hostile file. We look ourselves.
    uniqueKeys: false,
    // Nobody sees the library's messages: they quote the text.
    prettyErrors: false,
    lineCounter: lines,
  });
  return { root, lines };
}

/** The library throws these where a document unfolds into more than the stack or its limit holds. */
function exhaustion(error: unknown): YamlProblem {
  if (error instanceof RangeError) return { message: "nested too deeply for a config" };
  if (error instanceof ReferenceError) {
    return {
      message:
        `aliases (*name) unfold into more than ${maxAliasCount} copies of one anchor; ` +
        "write the repeated parts out",
    };
  }
  throw error;
}

/** Where the path's last part that exists begins: a key, or an entry of a list. */
function offsetOf(document: YamlDocument, path: ValuePath): number {
  let node: Node | null = document.root.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const segment of path) {
    const found = step(document, node, segment);
    if (found === undefined) break;
    offset = found.offset ?? offset;
    node = found.node;
  }
  return offset;
}

interface Step {
  readonly offset: number | undefined;
  readonly node: Node | null;
}

function step(document: YamlDocument, parent: Node | null, segment: PropertyKey): Step | undefined {
  const node = isAlias(parent) ? (parent.resolve(document.root) ?? null) : parent;
  if (isSeq<Node>(node) && typeof segment === "number") {
    const item = node.items[segment];
    return item && { offset: item.range?.[0], node: item };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === segment);
  return pair && { offset: pair.key.range?.[0], node: pair.value };
}
