/**
 * Kubernetes label selectors, parsed once and matched by the API server's rules: `!=` and `notin`
 * also select objects that lack the label, and an empty value is a value.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { dnsSubdomain, labelName } from "./kubernetes-names.ts";
import { quote } from "./quote.ts";

export type LabelRequirement =
  | { readonly operator: "exists" | "absent"; readonly key: string }
  | { readonly operator: "in" | "notin"; readonly key: string; readonly values: readonly string[] };

/** All requirements must hold; none at all selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/** A text that isn't a label selector; the message says what was expected, and where. */
export class LabelSelectorError extends Error {
  override readonly name = "LabelSelectorError";
}

export function matchesLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return selector.every((requirement) =>
    isMet(
      requirement,
      Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined,
    ),
  );
}

function isMet(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notin":
      return value === undefined || !requirement.values.includes(value);
  }
}

/** @throws LabelSelectorError */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenReader(text);
  const requirements: LabelRequirement[] = [];
  if (tokens.peek() === undefined) return requirements;
  do {
    requirements.push(parseRequirement(tokens));
  } while (tokens.take(","));
  if (tokens.peek() !== undefined) throw tokens.unexpected('"," or the end');
  return requirements;
}

function parseRequirement(tokens: TokenReader): LabelRequirement {
  if (tokens.take("!")) return { operator: "absent", key: parseKey(tokens) };
  const key = parseKey(tokens);
  const next = tokens.peek();
  if (next === undefined || next === ",") return { operator: "exists", key };
  if (tokens.take("=") || tokens.take("==")) {
    return { operator: "in", key, values: [parseValue(tokens)] };
  }
  if (tokens.take("!=")) return { operator: "notin", key, values: [parseValue(tokens)] };
  if (tokens.take("in")) return { operator: "in", key, values: parseValues(tokens) };
  if (tokens.take("notin")) return { operator: "notin", key, values: parseValues(tokens) };
  throw tokens.unexpected("=, ==, !=, in or notin");
}

function parseKey(tokens: TokenReader): string {
  const key = tokens.takeWord();
  if (key === undefined) throw tokens.unexpected("a label's key");
  const slash = key.indexOf("/");
  const prefixIsValid = slash < 0 || dnsSubdomain.test(key.slice(0, slash));
  if (prefixIsValid && labelName.test(key.slice(slash + 1))) return key;
  throw new LabelSelectorError(
    `${quote(key)} is no label key: expected up to 63 letters, digits, ".", "_" or "-", ` +
      "with a letter or digit at both ends, maybe after a DNS name and a slash",
  );
}

function parseValues(tokens: TokenReader): readonly string[] {
  if (!tokens.take("(")) throw tokens.unexpected('"("');
  const values = new Set<string>();
  do {
    values.add(parseValue(tokens));
  } while (tokens.take(","));
  if (!tokens.take(")")) throw tokens.unexpected('"," or ")"');
  return [...values];
}

/** Nothing before the next `,` or `)` is the empty value, as in Kubernetes. */
function parseValue(tokens: TokenReader): string {
  const next = tokens.peek();
  if (next === undefined || next === "," || next === ")") return "";
  const value = tokens.takeWord();
  if (value === undefined) throw tokens.unexpected("a label's value");
  if (labelName.test(value)) return value;
  throw new LabelSelectorError(
    `${quote(value)} is no label value: expected up to 63 letters, digits, ".", "_" or "-", ` +
      "with a letter or digit at both ends",
  );
}

interface TokenReader {
  peek(): string | undefined;
  /** Goes on if this is the next token. */
  take(token: string): boolean;
  /** Goes on if the next token is a word; `in` and `notin` are words as well. */
  takeWord(): string | undefined;
  unexpected(expectation: string): LabelSelectorError;
}

function tokenReader(text: string): TokenReader {
  const tokens = text.match(/==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g) ?? [];
  let position = 0;
  const peek = () => tokens[position];
  return {
    peek,
    take(token) {
      if (peek() !== token) return false;
      position++;
      return true;
    },
    takeWord() {
      const token = peek();
      if (token === undefined || /^[=!(),<>]/.test(token)) return undefined;
      position++;
      return token;
    },
    unexpected(expectation) {
      const found = peek();
      const before = tokens[position - 1];
      const where = before === undefined ? "at the start" : `after ${quote(before)}`;
      return new LabelSelectorError(
        `expected ${expectation} ${where}, found ${found === undefined ? "the end" : quote(found)}`,
      );
    },
  };
}
