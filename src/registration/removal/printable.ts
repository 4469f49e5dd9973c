/** Whoever may write in the cluster chose the text: it can't do anything to a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?").slice(0, 253);
}
