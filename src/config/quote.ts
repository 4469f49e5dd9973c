const longestQuotedLength = 40;

/**
 * A text from outside, as it may stand in a message: in quotes, shortened, and without a character
 * that a terminal would obey or that would reorder the line.
 */
export function quote(text: string): string {
  const shown = text.length > longestQuotedLength ? `${text.slice(0, longestQuotedLength)}…` : text;
  return JSON.stringify(shown).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}
