/** Columns that line up, as kubectl prints them; a long last cell goes on below, and isn't cut. */
import { stripVTControlCharacters } from "node:util";

import type { Look } from "./look.ts";
import { wrap } from "./wording.ts";

const gap = "   ";
/** Prose in a column that is narrower than this would be hard to read. */
const minProse = 20;
/** Of prose below its row: it isn't taken for a row of its own. */
const indent = "    ";

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

/** Only the last column is prose: it gives way, names before it don't. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { rowColumns }: Pick<Look, "rowColumns">,
): string {
  const names = columnWidths(rows).slice(0, -1);
  return rows.map((row) => formatRow(row, { names, rowColumns })).join("\n");
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
}

interface Layout {
  /** Widths of all columns but the last. */
  readonly names: readonly number[];
  readonly rowColumns: number;
}

function formatRow(row: readonly string[], { names, rowColumns }: Layout): string {
  const start = names.map((width, column) => pad(row[column] ?? "", width) + gap).join("");
  const prose = row[names.length] ?? "";
  const left = rowColumns - visibleLength(start);
  if (visibleLength(prose) <= left) {
    return (start + prose).trimEnd();
  }
  return left >= Math.max(minProse, ...prose.split(" ").map(visibleLength))
    ? start + wrap(prose, left).replaceAll("\n", `\n${" ".repeat(visibleLength(start))}`)
    : `${start.trimEnd()}\n${wrap(prose, rowColumns, indent)}`;
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - visibleLength(cell));
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
