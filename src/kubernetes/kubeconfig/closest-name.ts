/** The name that was probably meant: at most a third of its letters are off. */
export function closestName(wanted: string, names: readonly string[]): string | undefined {
  const close = names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.name ?? names.find((name) => wanted.length > 2 && name.includes(wanted));
}

/** Levenshtein, one row at a time; names are cut, since what is long was not typed. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.slice(0, 100), b.slice(0, 100)];
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
