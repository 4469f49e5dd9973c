/** Columns that line up, as kubectl prints them; long cells are cut so that a row fits its line. */
import { stripVTControlCharacters } from "node:util";

import type { Look } from "./look.ts";

const gap = "   ";

/** Where several clusters are shown, each row says whose it is. */
export function withCluster(rows: readonly (readonly string[])[], { prefix, paint }: Look) {
  const [header = [], ...others] = rows;
  return prefix === undefined
    ? rows
    : [[paint.bold("CLUSTER"), ...header], ...others.map((row) => [prefix, ...row])];
}

/** What stands below a table that was cut. */
export function moreRows(left: number, { paint }: Look): string {
  return left > 0 ? `\n${paint.dim(`… and ${left} more (--output json has all)`)}` : "";
}

export function formatTable(rows: readonly (readonly string[])[], maxWidth: number): string {
  const widths = columnWidths(rows);
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  // Only the last column is prose: it gives way, names before it don't.
  widths[last] = Math.min(widths[last] ?? 0, Math.max(20, maxWidth - before));
  return rows.map((row) => formatRow(row, widths)).join("\n");
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => padOrCut(cell, widths[column] ?? 0))
    .join(gap)
    .trimEnd();
}

function padOrCut(cell: string, width: number): string {
  const length = visibleLength(cell);
  return length > width ? `${cell.slice(0, width - 1)}…` : cell + " ".repeat(width - length);
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
