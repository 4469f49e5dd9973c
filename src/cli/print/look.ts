import type { CliContext } from "../context.ts";
import type { Paint } from "../terminal/terminal.ts";

/** How a text is laid out: colours, the width of a line, and the time that "in 3 h" counts from. */
export interface Look {
  readonly paint: Paint;
  /** Characters in a line. */
  readonly columns: number;
  /** Characters in a row of a table; for a program, each row is one line, however long. */
  readonly rowColumns: number;
  /** Of a table; a program that reads it gets them all. */
  readonly maxRows: number;
  readonly now: Date;
  /** What a failure begins with: the cluster's name, where several are shown. */
  readonly prefix?: string;
}

export const defaultColumns = 80;
/** What a person scrolls through. */
const rowsOnTerminal = 40;

export function lookAt(
  { terminal, now }: CliContext,
  stream: "stdout" | "stderr" = "stdout",
): Look {
  const { isTTY, columns: known } = terminal[stream];
  // 0 where a terminal doesn't know its size, as in a container or under `expect`.
  const columns = known || defaultColumns;
  return {
    paint: stream === "stdout" ? terminal.paint : terminal.tint,
    columns,
    rowColumns: isTTY ? columns : Number.POSITIVE_INFINITY,
    maxRows: isTTY ? rowsOnTerminal : Number.POSITIVE_INFINITY,
    now: now(),
  };
}
