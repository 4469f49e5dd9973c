type Counts = Readonly<Record<string, number>>;

/** What was found more or less often than wanted, in words; what isn't wanted may not be found. */
export function countDifferences(wanted: Counts, found: Counts): string[] {
  const all = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...all]
    .filter((what) => (wanted[what] ?? 0) !== (found[what] ?? 0))
    .map((what) => `${what}: ${found[what] ?? 0}, not ${wanted[what] ?? 0}`);
}
