/**
 * The names of ServiceAccounts in an annotation: a list as JSON, `["*"]` for all. Anybody in the
 * cluster can edit it: unless all of it is credible, it reads as absent, and nothing is unlinked.
 */
import { dnsSubdomain } from "../config/kubernetes-names.ts";
import { annotations } from "./names.ts";

export type NamedAccounts = readonly string[] | "all";

/** As many as a config may name, and as many that it dropped. */
const maxNames = 2_000;

/**
 * Annotations of one object may have 256 KiB in all, or it can't be written; and each list carries
 * them. Some five hundred names of usual length.
 */
const maxLength = 16_384;

/** Names that are too long together aren't noted: a secret that can't be written would be worse. */
export function writeNamedAccounts(accounts: NamedAccounts | undefined): Record<string, string> {
  const names = accounts === "all" ? ["*"] : (accounts ?? []).toSorted();
  const text = JSON.stringify(names);
  const isWritten = names.length > 0 && text.length <= maxLength;
  return isWritten ? { [annotations.serviceAccounts]: text } : {};
}

export function readNamedAccounts(text: string | undefined): NamedAccounts | undefined {
  const names = parseList(text);
  if (names.length === 1 && names[0] === "*") return "all";
  const credible = names.length > 0 && names.length <= maxNames && names.every(isName);
  return credible ? names : undefined;
}

function parseList(text: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // edited by hand: reads as absent
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && dnsSubdomain.test(value);
}
