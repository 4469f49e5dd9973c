/** For the README: medians, and what they were measured with. Pure. */
import type { Timing } from "../measure.ts";
import type { BenchResult } from "../results.ts";
import { formatCount, formatMegabytes } from "./quantities.ts";
import { idleTable, renewalTable, type Table } from "./tables.ts";

export function printMarkdown(result: BenchResult): string {
  const { machine, firstSweep, renewals } = result;
  const runs = renewals.map(({ contestant, total }) => `${contestant} ${total[0]?.runs ?? 0}`);
  return [
    printTable(renewalTable(result, writeMedian)),
    "",
    printTable(idleTable(result, writeMedian)),
    "",
    `Medians (runs at 0 ms: ${runs.join(", ")}); ${machine.date.slice(0, 10)}, ${machine.cpu}, ` +
      `${machine.cores} cores for everything, Node ${machine.node}, ` +
      `kube-apiserver ${machine.kubeApiServer} with audit log, one ServiceAccount for all. ` +
      `Peak memory of a process with one sweep, as in Lambda: ${formatMegabytes(firstSweep.likeLambda.peakBytes)}, ` +
      `${formatMegabytes(firstSweep.fromSources.peakBytes)} from the sources.`,
    "",
  ].join("\n");
}

function writeMedian({ medianMs, extrapolatedFrom }: Timing, format: (ms: number) => string) {
  const from =
    extrapolatedFrom === undefined ? "" : ` (scaled up from ${formatCount(extrapolatedFrom)})`;
  return `${format(medianMs)}${from}`;
}

function printTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(header), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}
