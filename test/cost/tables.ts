/** The tables of `docs/cost.md`. Pure. */
import { type Estimate, estimate, type Item } from "./estimate.ts";
import { fleetSizes, type memoryMb, scheduleMinutes } from "./functions.ts";
import type { Measured, SweepWork, Work } from "./measured.ts";
import { billedMs, countsOf, type Fixtures, logBytes, monthOf, type Scenario } from "./month.ts";
import { type PriceName, prices } from "./prices.ts";
import { formatDollars, formatNumber, table } from "./quantities.ts";

/** What the tables are computed from. */
export interface Basis {
  readonly measured: Measured;
  readonly fixtures: Fixtures;
}

const usualMinutes = 10;
const sizes = fleetSizes.map(
  (clusters) => `${clusters.toLocaleString("en-US")} ${clusters === 1 ? "cluster" : "clusters"}`,
);

const titles: Readonly<Partial<Record<PriceName, string>>> = {
  secret: "secrets",
  secretCall: "secret calls",
  lambdaRequest: "invocations",
  lambdaGbSecond: "computing",
  sqsRequest: "queue requests",
  eventBridgeEvent: "ticks",
  metric: "metrics",
  alarm: "alarms",
  dashboard: "dashboard",
  logIngestedGb: "logs, taken in",
  logStoredGb: "logs, kept",
  sentGb: "sent to clusters",
};

function estimateOf(scenario: Scenario, { measured, fixtures }: Basis): Estimate {
  return estimate(monthOf(scenario, measured, fixtures));
}

/** Each column for itself: the largest item first. */
export function monthTable(basis: Basis): string {
  const columns = fleetSizes.map((clusters) =>
    estimateOf({ clusters, scheduleMinutes: usualMinutes }, basis),
  );
  const depth = Math.max(...columns.map(({ items }) => items.length));
  const rows = Array.from({ length: depth }, (_, row) =>
    columns.map(({ items }) => describeItem(items[row])),
  );
  const total = (label: string, of: (each: Estimate) => number) =>
    columns.map((each) => `**${label} ${formatDollars(of(each))}**`);
  return table(sizes, [
    ...rows,
    total("in all", ({ dollars }) => dollars),
    total("with the free tier", ({ withFreeTier }) => withFreeTier),
  ]);
}

function describeItem(item: Item | undefined): string {
  if (!item) return "";
  return `${titles[item.name] ?? item.name} ${formatDollars(item.dollars)}`;
}

export function scheduleTable(basis: Basis): string {
  const rows = scheduleMinutes.map((minutes) => [
    minutes === 1 ? "1 minute" : `${minutes} minutes`,
    ...fleetSizes.map((clusters) => {
      const { dollars, withFreeTier } = estimateOf({ clusters, scheduleMinutes: minutes }, basis);
      return `${formatDollars(dollars)} (${formatDollars(withFreeTier)})`;
    }),
  ]);
  return table(["schedule", ...sizes], rows);
}

export function scheduleLine(basis: Basis): string {
  const clusters = Math.max(...fleetSizes);
  const [minute = 0, usual = 1, hour = 0] = scheduleMinutes.map(
    (minutes) => estimateOf({ clusters, scheduleMinutes: minutes }, basis).dollars,
  );
  const saved = Math.round(100 * (1 - hour / usual));
  const added = Math.round(100 * (minute / usual - 1));
  return (
    `At ${clusters.toLocaleString("en-US")} clusters, a schedule of an hour saves ${saved} %; one of a minute costs ` +
    `${added} % more, and needs more places (see [Scale](#scale)).`
  );
}

export function measuredTable({ measured }: Basis): string {
  const { idle, renewing, hanging } = measured.refresh;
  const dispatches = fleetSizes.map((clusters): [string, Work] => {
    const work = measured.dispatch[String(clusters)];
    if (!work) throw new Error(`no dispatch of ${clusters} clusters was measured`);
    return [`a dispatch of ${clusters.toLocaleString("en-US")}`, work];
  });
  return table(
    ["one invocation", "AWS calls", "log", "sent", "time", "of a core", "billed"],
    [
      sweepRow("a sweep with nothing due", idle),
      sweepRow("a sweep that renews everything", renewing),
      sweepRow("a cluster where packets vanish", hanging),
      ...dispatches.map(([title, work]) => workRow(title, work, "dispatch", "")),
    ],
  );
}

function sweepRow(title: string, work: SweepWork): string[] {
  return workRow(title, work, "refresh", kilobytes(work.sentBytes));
}

function workRow(title: string, work: Work, of: keyof typeof memoryMb, sent: string): string[] {
  return [
    title,
    Object.entries(work.calls)
      .map(([action, count]) => `${formatNumber(count)} ${action.split(":")[1]}`)
      .join(", "),
    kilobytes(logBytes(work)),
    sent,
    `${formatNumber(work.wallMs)} ms`,
    `${formatNumber(work.cpuMs)} ms`,
    `${formatNumber(billedMs(work, of))} ms`,
  ];
}

function kilobytes(bytes: number): string {
  return `${formatNumber(bytes / 1_000)} kB`;
}

export function machineLine({ measured: { machine, setting } }: Basis): string {
  const { cpu, cores, node, kubeApiServer, date } = machine;
  const { roundTripMs, awsMs, namespaces } = setting;
  return (
    `Measured ${date} on ${cpu}, ${cores} cores, Node ${node}, with \`config/prod.yml\`: bundled functions, a real ` +
    `kube-apiserver ${kubeApiServer} with ${namespaces} namespaces behind ${roundTripMs} ms, over a new connection each ` +
    `time, and an AWS of our own that answers after ${awsMs} ms. Medians.`
  );
}

export function priceTable(): string {
  const rows = Object.values(prices).map((price) => [
    price.per,
    `$${price.dollars}`,
    "free" in price ? formatNumber(price.free) : "",
    `[${new URL(price.source).pathname.split("/").filter(Boolean)[0]}](${price.source})`,
  ]);
  return table(["per", "price", "free each month", "source"], rows);
}

export function countsLine(): string {
  const { sweeps, renewals } = countsOf({ clusters: 1, scheduleMinutes: usualMinutes });
  return `Each cluster is swept ${formatNumber(sweeps)} times a month, and everything in it renewed ${formatNumber(renewals)} times.`;
}
