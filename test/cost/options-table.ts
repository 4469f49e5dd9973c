/** What the options of a stage's config cost, and what goes wrong. Pure. */
import { clusterMetrics } from "../../src/telemetry/metrics.ts";
import { fleetSizes, memoryMb } from "./functions.ts";
import type { Measured } from "./measured.ts";
import { billedMs, countsOf, gigabyte, lineBytes, logBytes, monthHours } from "./month.ts";
import { dollarsFor } from "./prices.ts";
import { formatDollars, table } from "./quantities.ts";
import type { Basis } from "./tables.ts";

const seriesPerCluster = Object.keys(clusterMetrics).length;

interface Option {
  readonly title: string;
  /** A month with the default schedule; nothing of it within a free tier. */
  dollars(clusters: number, measured: Measured): number;
}

const options: readonly Option[] = [
  {
    title: "`metrics: { perCluster: true }`",
    dollars: (clusters, { perClusterLog: { bytes, lines } }) =>
      dollarsFor("metric", seriesPerCluster * clusters, true) +
      dollarsFor(
        "logIngestedGb",
        (sweepsOf(clusters) * (bytes + lineBytes * lines)) / gigabyte,
        true,
      ),
  },
  {
    title: "`aws: { kmsKeyArn }`: the key, and a decryption per sweep",
    dollars: (clusters) =>
      dollarsFor("kmsKey", 1, true) + dollarsFor("kmsCall", sweepsOf(clusters), true),
  },
  {
    title: "`aws: { vpc: { fixedEgress: true } }`: gateway, address, and what passes",
    dollars: (clusters, measured) =>
      dollarsFor("natHour", monthHours, true) +
      dollarsFor("addressHour", monthHours, true) +
      dollarsFor("natGb", passedBytes(clusters, measured) / gigabyte, true),
  },
  {
    title: "one more interface endpoint in a VPC of yours, per zone",
    dollars: () => dollarsFor("endpointHour", monthHours, true),
  },
  {
    title: "one cluster whose packets vanish, swept in vain at each tick",
    dollars: (_, { refresh: { hanging } }) => {
      const gbSeconds = (billedMs(hanging, "refresh") / 1_000) * (memoryMb.refresh / 1_024);
      return (
        dollarsFor("lambdaGbSecond", sweepsOf(1) * gbSeconds, true) +
        dollarsFor("logIngestedGb", (sweepsOf(1) * logBytes(hanging)) / gigabyte, true)
      );
    },
  },
];

export function optionsTable({ measured }: Basis): string {
  const sizes = fleetSizes.map((clusters) => clusters.toLocaleString("en-US"));
  return table(
    ["option", ...sizes],
    options.map(({ title, dollars }) => [
      title,
      ...fleetSizes.map((clusters) => `+${formatDollars(dollars(clusters, measured))}`),
    ]),
  );
}

function sweepsOf(clusters: number): number {
  return countsOf({ clusters, scheduleMinutes: 10 }).sweeps;
}

/** To and from clusters; what goes to AWS is little beside it. */
function passedBytes(clusters: number, { refresh: { idle, renewing } }: Measured): number {
  const { sweeps, renewals } = countsOf({ clusters, scheduleMinutes: 10 });
  const of = (each: typeof idle) => each.sentBytes + each.receivedBytes;
  return of(idle) * (sweeps - renewals) + of(renewing) * renewals;
}
