/** Numbers as people read them. Pure. */

export function formatDollars(dollars: number): string {
  if (dollars < 0.005) return "<$0.01";
  return dollars < 100
    ? `$${dollars.toFixed(2)}`
    : `$${Math.round(dollars).toLocaleString("en-US")}`;
}

/** Three digits of a number of any size. */
export function formatNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} million`;
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
