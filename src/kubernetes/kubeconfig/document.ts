import { type Document, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { type Place, refusal } from "./refusal.ts";

export interface DocumentLimits {
  readonly maxBytes: number;
  /** How often aliases may multiply nodes; 0 refuses them altogether. */
  readonly maxAliasCount: number;
}

/** The most that Secrets Manager holds; aliases have no place in a file of this kind. */
export const storedLimits: DocumentLimits = { maxBytes: 64 * 1024, maxAliasCount: 0 };

const exportHint =
  "A kubeconfig is what `kubectl config view --raw --flatten --minify --context <context>` prints.";

// What no text file holds: control characters, and what is left of bytes that aren't UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const notText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;

/**
 * YAML or JSON to plain data. Bounded in size, depth and aliases; says which line is wrong, never
 * what is in it.
 * @throws KubeconfigError
 */
export function parseKubeconfigText(text: string, place: Place, limits: DocumentLimits): unknown {
  return parseKubeconfigDocument(text, place, limits).data;
}

export interface KubeconfigDocument {
  /** Knows where in the text each value stands. */
  readonly document: Document.Parsed;
  /** A mapping. */
  readonly data: unknown;
}

/** The same, for a text that is to be edited. @throws KubeconfigError */
export function parseKubeconfigDocument(
  text: string,
  place: Place,
  { maxBytes, maxAliasCount }: DocumentLimits,
): KubeconfigDocument {
  if (Buffer.byteLength(text) > maxBytes) {
    throw refusal(place, `is larger than ${maxBytes / 1024} KiB`, exportHint);
  }
  if (notText.test(text)) {
    throw refusal(place, "holds bytes that aren't text: a binary file, or not UTF-8", exportHint);
  }
  if (text.trim() === "") {
    throw refusal(place, "is empty", exportHint);
  }
  const document = parseYaml(text, place);
  const data = unlessTooDeep(place, () => document.toJS({ maxAliasCount }) as unknown);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw refusal(place, "isn't a kubeconfig: its top level is no mapping", exportHint);
  }
  return { document, data };
}

function parseYaml(text: string, place: Place): Document.Parsed {
  const lineCounter = new LineCounter();
  const document = unlessTooDeep(place, () => parseDocument(text, { ...options, lineCounter }));
  const problem = document.errors[0] ?? document.warnings[0] ?? duplicateKey(document);
  if (problem !== undefined) {
    const { line } = lineCounter.linePos(problem.pos[0]);
    const kind = problem.code.toLowerCase().replaceAll("_", " ");
    throw refusal(place, `isn't valid YAML at line ${line} (${kind})`, exportHint);
  }
  return document;
}

const options = {
  schema: "core",
  resolveKnownTags: false,
  merge: false,
  stringKeys: true,
  // Errors that quote the source; only their code and line are used.
  prettyErrors: false,
  // The parser's own check is quadratic: seconds for a hostile 64 KiB.
  uniqueKeys: false,
} as const;

interface Problem {
  readonly code: string;
  readonly pos: readonly [number, ...number[]];
}

function duplicateKey(document: Document.Parsed): Problem | undefined {
  let found: Problem | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      const keys = items.map(({ key }) => key).filter(isScalar);
      const repeated = keys.find(({ value }) => seen.has(value) || !seen.add(value));
      if (repeated !== undefined) {
        found = { code: "DUPLICATE_KEY", pos: [repeated.range?.[0] ?? 0] };
      }
      return repeated && visit.BREAK;
    },
  });
  return found;
}

/** The parser recurses, and refuses aliases that explode, by throwing what isn't a parse error. */
function unlessTooDeep<T>(place: Place, read: () => T): T {
  try {
    return read();
  } catch {
    throw refusal(place, "nests too deep, or repeats itself with YAML aliases", exportHint);
  }
}
