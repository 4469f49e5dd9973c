/** For a terminal. Pure. */
import type { BenchResult, ProcessUse } from "../results.ts";
import { formatFactor, formatMegabytes, formatSeconds, formatTiming } from "./quantities.ts";
import { idleTable, renewalTable, type Table } from "./tables.ts";

export function printText(result: BenchResult): string {
  return [
    ...machineLines(result),
    "",
    ...printTable(renewalTable(result, formatTiming)),
    "",
    ...printTable(idleTable(result, formatTiming)),
    "",
    ...memoryLines(result),
    "",
    ...judgementLines(result),
    "",
  ].join("\n");
}

function machineLines({ machine, ways, renewals }: BenchResult): string[] {
  const { cpu, cores, memoryBytes, node, kubeApiServer, date, loadBefore } = machine;
  const measured = ways.map(
    ({ addedRoundTripMs, measuredMs }) => `${addedRoundTripMs} → ${measuredMs.toFixed(1)} ms`,
  );
  const runs = renewals.map(({ contestant, total }) => `${contestant} ${total[0]?.runs ?? 0}`);
  return [
    `${cpu}, ${cores} cores, ${formatMegabytes(memoryBytes)}, load before: ${loadBefore.toFixed(1)}`,
    `Node ${node}, kube-apiserver ${kubeApiServer} and etcd on the same machine, audit log on, ${date}`,
    `Times are median (fastest–slowest); runs at 0 ms: ${runs.join(", ")}.`,
    `Added round trip, and one small request as measured: ${measured.join(", ")}.`,
    "The delay costs connecting a round trip too; bandwidth isn't limited, TCP's slow start not shown.",
    "The server's certificate is ECDSA P-256: with RSA, every new connection costs it more.",
  ];
}

function memoryLines({ firstSweep, emptyProcessBytes }: BenchResult): string[] {
  const { roundTripMs, likeLambda, fromSources } = firstSweep;
  const use = ({ total, startBytes, peakBytes }: ProcessUse) => [
    formatMegabytes(startBytes),
    formatMegabytes(peakBytes),
    formatTiming(total, formatSeconds),
  ];
  return printTable({
    header: [
      "One sweep in a process of its own",
      "modules loaded",
      "peak",
      `time, ${roundTripMs} ms round trip`,
    ],
    rows: [
      ["bundled, with the heap limits of a Lambda of 256 MB", ...use(likeLambda)],
      ["from the sources", ...use(fromSources)],
      ["Node alone", "", formatMegabytes(emptyProcessBytes), ""],
    ],
  });
}

function judgementLines({ aims, overCeiling, ways, renewals, violations }: BenchResult): string[] {
  const over = ways.map(
    ({ addedRoundTripMs }, index) =>
      `${formatFactor(overCeiling[index] ?? Number.NaN)} at ${addedRoundTripMs} ms`,
  );
  return [
    `The sweep's time over the ceiling's, round by round: ${over.join(", ")}.`,
    `Processor time of the client: ${processorTimes(renewals).join(", ")}.`,
    ...aims.map(({ aim, found, met }) => `${met ? "pass" : "miss"}  ${aim}: ${found}`),
    violations.length === 0
      ? "pass  the sweep's requests: 1 connection, 2 lists, 1 write per namespace, no read of any"
      : `FAIL  the sweep's requests: ${violations.join("; ")}`,
  ];
}

/** At the longest way. */
function processorTimes(renewals: BenchResult["renewals"]): string[] {
  return renewals.map(
    ({ contestant, cpu }) => `${contestant} ${formatSeconds(cpu.at(-1)?.medianMs ?? Number.NaN)}`,
  );
}

function printTable({ header, rows }: Table): string[] {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(header), rule, ...rows.map(line)];
}
