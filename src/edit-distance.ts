/** What is longer was not typed; it also bounds the work that a hostile name can cause. */
const maxLength = 100;

/** Levenshtein's distance, row by row; names are cut at a hundred characters. */
export function editDistance(a: string, b: string): number {
  const [from, to] = [a.slice(0, maxLength), b.slice(0, maxLength)];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    row = nextRow(row, index + 1, letter, to);
  }
  return row.at(-1) ?? 0;
}

function nextRow(above: readonly number[], first: number, letter: string, to: string): number[] {
  const row = [first];
  for (let column = 1; column <= to.length; column++) {
    const replaced = (above[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
    row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
  }
  return row;
}
