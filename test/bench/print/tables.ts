/** The tables of the benchmark, row by row: the same for a terminal and for the README. Pure. */
import type { Timing } from "../measure.ts";
import type { BenchResult, IdleResult, RenewalName, RenewalResult } from "../results.ts";
import { formatCount, formatKilobytes, formatMilliseconds, formatSeconds } from "./quantities.ts";

export interface Table {
  readonly header: readonly string[];
  /** The first column is text, the others are numbers. */
  readonly rows: readonly (readonly string[])[];
}

/** How a measured time is written. */
export type WriteTiming = (timing: Timing, format: (ms: number) => string) => string;

export function renewalTable(result: BenchResult, write: WriteTiming): Table {
  const { namespaces, inFlight, ways, renewals } = result;
  const title = `Everything due in ${formatCount(namespaces)} namespaces`;
  return {
    header: [title, "connections", "requests", ...wayTitles(ways)],
    rows: renewals.flatMap((renewal) => renewalRows(renewal, inFlight, write)),
  };
}

export function idleTable({ idle, ways }: BenchResult, write: WriteTiming): Table {
  return {
    header: ["Nothing due", "requests", "answers", ...wayTitles(ways)],
    rows: idle.flatMap((each) => idleRows(each, write)),
  };
}

function wayTitles(ways: BenchResult["ways"]): string[] {
  return ways.map(({ addedRoundTripMs }) =>
    addedRoundTripMs === 0 ? "0 ms" : `${addedRoundTripMs} ms round trip`,
  );
}

function renewalRows(renewal: RenewalResult, inFlight: number, write: WriteTiming): string[][] {
  const { contestant, connections, requests, failed, total, apply } = renewal;
  const lost = failed === 0 ? "" : `, ${formatCount(failed)} writes lost`;
  const title = `${titleOf(contestant, inFlight)}${lost}`;
  const counts = [formatCount(connections), formatCount(requests)];
  const whole = [title, ...counts, ...total.map((each) => write(each, formatSeconds))];
  if (contestant !== "sweep" && contestant !== "bare") return [whole];
  const writes = apply.map((each) => write(each, formatSeconds));
  return [whole, ["… of that its writes, on the warm connection", "", "", ...writes]];
}

function titleOf(contestant: RenewalName, inFlight: number): string {
  const titles: Readonly<Record<RenewalName, string>> = {
    sweep: "this program, the whole sweep, cold",
    bare: "bare undici HTTP/2, the same requests and nothing else",
    stock: `@kubernetes/client-node, GET and PUT, ${inFlight} at once`,
    "stock-serial": "@kubernetes/client-node, GET and PUT, one by one",
  };
  return titles[contestant];
}

function idleRows(idle: IdleResult, write: WriteTiming): string[][] {
  const { foreignSecrets, requests, bytes, cold, warm } = idle;
  const among = foreignSecrets === 0 ? "" : `, ${formatCount(foreignSecrets)} secrets of others`;
  const counts = [formatCount(requests), formatKilobytes(bytes)];
  const times = (timings: readonly Timing[]) =>
    timings.map((each) => write(each, formatMilliseconds));
  return [
    [`this program, cold${among}`, ...counts, ...times(cold)],
    [`… on a warm connection${among}`, ...counts, ...times(warm)],
  ];
}
