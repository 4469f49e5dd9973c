/** What the project set out to reach, against what was found. Pure. */
import { formatFactor, formatMegabytes, formatSeconds } from "./print/quantities.ts";
import type { Aim, BenchResult, RenewalName } from "./results.ts";

const sweepLimitMs = 1_500;
const ceilingLimit = 1.15;
const stockAtLeastMs = 5_000;
const peakLimitBytes = 128 * 2 ** 20;

export type Found = Pick<BenchResult, "renewals" | "overCeiling" | "firstSweep" | "namespaces">;

const namespacesMeant = 500;

/** They are about the longest way, which is the last. Of a smaller run they say nothing. */
export function judgeAims(found: Found): Aim[] {
  if (found.namespaces < namespacesMeant) return [];
  const medianMs = (name: RenewalName) =>
    found.renewals.find(({ contestant }) => contestant === name)?.total.at(-1)?.medianMs ??
    Number.NaN;
  const sweepMs = medianMs("sweep");
  const stockMs = medianMs("stock");
  const over = found.overCeiling.at(-1) ?? Number.NaN;
  const { peakBytes } = found.firstSweep.likeLambda;
  const { roundTripMs } = found.firstSweep;
  const where = `${found.namespaces} namespaces, ${roundTripMs} ms`;
  return [
    {
      aim: `whole sweep, cold, ${where}: under ${formatSeconds(sweepLimitMs)}`,
      found: formatSeconds(sweepMs),
      met: sweepMs < sweepLimitMs,
    },
    {
      aim: "within 15 % of bare undici HTTP/2",
      found: formatFactor(over),
      met: over <= ceilingLimit,
    },
    {
      aim: `stock client at the same concurrency: over ${formatSeconds(stockAtLeastMs)}`,
      found: formatSeconds(stockMs),
      met: stockMs > stockAtLeastMs,
    },
    {
      aim: "peak memory of a process with one sweep, as in Lambda: under 128 MiB",
      found: formatMegabytes(peakBytes),
      met: peakBytes < peakLimitBytes,
    },
  ];
}
