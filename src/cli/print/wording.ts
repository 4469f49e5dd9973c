/** One wording for the same thing, wherever it is printed. */

export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** Where prose may be broken: at spaces, but not between a number and its unit. */
const gaps = / (?!(?:d|h|min|s)\b)/;

/** Breaks prose; what can't be broken (a URL) keeps its line. */
export function wrap(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(gaps)) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each) => indent + each).join("\n");
}

/** Blocks with an empty line between them; of one line each, without. */
export function joinBlocks(blocks: readonly string[]): string {
  const shown = blocks.filter((block) => block !== "");
  const isShort = (index: number) => shown[index]?.includes("\n") === false;
  const gapAfter = (index: number) => (isShort(index) && isShort(index + 1) ? "\n" : "\n\n");
  return shown
    .map((block, index) => (index === shown.length - 1 ? block : block + gapAfter(index)))
    .join("");
}
