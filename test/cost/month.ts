/** What a month of a stage comes to, in the units that AWS counts. Pure. */
import { tokenLifeHours } from "../../src/config/registry-token-life.ts";
import { memoryMb } from "./functions.ts";
import type { Measured, Work } from "./measured.ts";
import { msInLambda } from "./ms-in-lambda.ts";
import type { PriceName } from "./prices.ts";

export interface Scenario {
  readonly clusters: number;
  readonly scheduleMinutes: number;
}

/** What the stack has, whatever the number of clusters. */
export interface Fixtures {
  readonly metrics: number;
  /** Metrics that alarms watch: one alarm may watch several. */
  readonly alarms: number;
  readonly dashboards: number;
  readonly places: number;
  readonly logRetentionDays: number;
}

export type Quantities = Partial<Record<PriceName, number>>;

/** As AWS counts them. */
export const monthHours = 730;
const monthDays = monthHours / 24;
/** Renewed at 45 to 50 % of its life, and then at the next tick. */
const renewedAt = 0.475;
/** A new environment in each place at each tick: one that waited for ten minutes may be gone. */
const startMs = 500;
/** Lambda asks the queue by so many connections, each of which waits 20 s for a message. */
const idlePollsPerMinute = 5 * 3;
/** What CloudWatch adds to each line. */
export const lineBytes = 26;
/** Logs are kept compressed. */
const compressed = 0.15;
export const gigabyte = 1e9;

const requestId = "00000000-0000-4000-8000-000000000000";
/** What Lambda itself writes of each invocation. */
const lambdaLines = [
  `START RequestId: ${requestId} Version: $LATEST`,
  `END RequestId: ${requestId}`,
  `REPORT RequestId: ${requestId}\tDuration: 523.45 ms\tBilled Duration: 524 ms\tMemory Size: 256 MB\tMax Memory Used: 120 MB`,
];

export interface Counts {
  readonly ticks: number;
  readonly sweeps: number;
  readonly renewals: number;
}

export function countsOf({ clusters, scheduleMinutes }: Scenario): Counts {
  const ticks = (monthHours * 60) / scheduleMinutes;
  const renewalHours = tokenLifeHours.ecr * renewedAt + scheduleMinutes / 60 / 2;
  return {
    ticks,
    sweeps: ticks * clusters,
    renewals: (monthHours / renewalHours) * clusters,
  };
}

export function monthOf(scenario: Scenario, measured: Measured, fixtures: Fixtures): Quantities {
  const { clusters } = scenario;
  const { ticks, sweeps } = countsOf(scenario);
  const works = worksOf(scenario, measured);
  const logGb = sum(works, logBytes) / gigabyte;
  return {
    secret: clusters,
    secretCall: sum(works, (work) => callsTo("secretsmanager", work)),
    lambdaRequest: ticks + sweeps,
    lambdaGbSecond: sum(works, gbSeconds) + startsGbSeconds(scenario, fixtures),
    // Each message is received, and deleted.
    sqsRequest:
      sum(works, (work) => callsTo("sqs", work)) +
      2 * sweeps +
      idlePollsPerMinute * monthHours * 60,
    eventBridgeEvent: ticks,
    metric: fixtures.metrics,
    alarm: fixtures.alarms,
    dashboard: fixtures.dashboards,
    logIngestedGb: logGb,
    logStoredGb: (logGb * compressed * fixtures.logRetentionDays) / monthDays,
    sentGb: sentBytes(scenario, measured) / gigabyte,
  };
}

/** Milliseconds that Lambda bills, at its share of a core. */
export function billedMs(work: Work, name: keyof typeof memoryMb): number {
  return Math.ceil(msInLambda(work, memoryMb[name]));
}

/** One kind of invocation, and how many of it there are. */
interface Works extends Work {
  readonly of: keyof typeof memoryMb;
  readonly times: number;
}

function worksOf(scenario: Scenario, { refresh, dispatch }: Measured): Works[] {
  const { ticks, sweeps, renewals } = countsOf(scenario);
  const ofFleet = dispatch[String(scenario.clusters)];
  if (!ofFleet) throw new Error(`no dispatch of ${scenario.clusters} clusters was measured`);
  return [
    { ...refresh.idle, of: "refresh", times: sweeps - renewals },
    { ...refresh.renewing, of: "refresh", times: renewals },
    { ...ofFleet, of: "dispatch", times: ticks },
  ];
}

function sum(works: readonly Works[], each: (work: Works) => number): number {
  return works.reduce((total, work) => total + each(work) * work.times, 0);
}

function callsTo(service: string, { calls }: Work): number {
  const entries = Object.entries(calls).filter(([action]) => action.startsWith(`${service}:`));
  return entries.reduce((total, [, count]) => total + count, 0);
}

function gbSeconds(work: Works): number {
  return (billedMs(work, work.of) / 1_000) * (memoryMb[work.of] / 1_024);
}

function startsGbSeconds({ clusters, scheduleMinutes }: Scenario, { places }: Fixtures): number {
  const { ticks } = countsOf({ clusters, scheduleMinutes });
  const memoryGb = (Math.min(clusters, places) * memoryMb.refresh + memoryMb.dispatch) / 1_024;
  return ticks * (startMs / 1_000) * memoryGb;
}

export function logBytes(work: Pick<Work, "logBytes" | "logLines">): number {
  const lambdas = lambdaLines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0);
  return work.logBytes + lambdas + (work.logLines + lambdaLines.length) * lineBytes;
}

function sentBytes(scenario: Scenario, { refresh }: Measured): number {
  const { sweeps, renewals } = countsOf(scenario);
  return refresh.idle.sentBytes * (sweeps - renewals) + refresh.renewing.sentBytes * renewals;
}
