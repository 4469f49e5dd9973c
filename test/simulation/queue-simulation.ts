/**
 * The schedule, the queue and the refresh function at work, in virtual time: the queue as SQS has it
 * (a message of a group blocks the next one until it is deleted or visible again), dispatch and what
 * becomes of a message by the program's own code. Lambda takes a message whenever one of its places
 * is free. Which group comes first, SQS doesn't promise: here it is left to chance.
 */
import { type Later, startDeadline } from "../../src/deadline.ts";
import { dispatchClusters } from "../../src/dispatch/dispatch-clusters.ts";
import { formatMessage } from "../../src/dispatch/refresh-message.ts";
import type { RefreshPorts } from "../../src/worker/ports.ts";
import { serveQueued } from "../../src/worker/serve-queued.ts";
import { sweepTime } from "../../src/worker/serve-refresh.ts";
import { FifoQueue, type ReceivedMessage } from "../fakes/aws/sqs/fifo-queue.ts";
import { chances } from "../fakes/chances.ts";
import { createFleet } from "./fleet.ts";
import { unusedPorts } from "./unused-ports.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

export interface Simulated {
  readonly clusters: number;
  /** Messages that are worked on at once. */
  readonly places: number;
  readonly periodMs: number;
  readonly ticks: number;
  /** What a sweep of a cluster that is well takes. */
  readonly sweepMs: number;
  /** The first so many clusters fail after so long, within the time that a sweep has. */
  readonly hanging?: { readonly count: number; readonly ms: number; readonly fromMs: number };
  /** When no message is taken, but dispatch goes on: Lambda has no room for the refresh function. */
  readonly down?: { readonly fromMs: number; readonly untilMs: number };
}

export interface Seen {
  /** When sweeps were begun, by cluster: milliseconds since the first tick. */
  readonly sweeps: ReadonlyMap<string, readonly number[]>;
  /** Messages that were acknowledged without a sweep. */
  readonly superseded: number;
  readonly deadLetters: number;
  /** The share of the places' time that was taken, by period. */
  readonly busy: readonly number[];
  /** Messages that were left when the next tick came. */
  readonly left: readonly number[];
}

const startMs = Date.parse("2026-11-21T12:00:00Z");

/** As the stack makes them: test/unit/simulation holds them to that. */
export const deployed = {
  visibilityTimeoutMs: 540_000,
  retentionMs: 14_400_000,
  maxReceiveCount: 5,
  timeoutMs: 90_000,
};

/** Receiving, invoking and deleting, beside what the function does: a guess, and no small one. */
const betweenMs = 50;
const idlePollMs = 2_000;

export const nameOf = (index: number) => `cluster-${index}`;

export async function simulateQueue(simulated: Simulated): Promise<Seen> {
  const run = prepare(simulated);
  const left: number[] = [];
  for (let place = 0; place < simulated.places; place += 1) void work(run);
  for (let tick = 1; tick <= simulated.ticks; tick += 1) {
    await dispatch(run);
    await run.clock.runUntil(startMs + tick * simulated.periodMs);
    left.push(run.queue.messages.length);
  }
  const { sweeps, superseded, busyMs } = run.seen;
  const ofPeriodMs = simulated.places * simulated.periodMs;
  return {
    sweeps,
    superseded,
    deadLetters: run.deadLetters.messages.length,
    busy: busyMs.map((ms) => ms / ofPeriodMs),
    left,
  };
}

type Run = ReturnType<typeof prepare>;

function prepare(simulated: Simulated) {
  const clock = virtualClock(startMs);
  const names = Array.from({ length: simulated.clusters }, (_, index) => nameOf(index));
  const ill = new Set(names.slice(0, simulated.hanging?.count ?? 0));
  const fleet = createFleet(names, (name) => answering(ill.has(name), simulated, clock), clock);
  const seen = { sweeps: new Map<string, number[]>(), superseded: 0, busyMs: [] as number[] };
  return { simulated, clock, fleet, seen, ...queuesAt(clock) };
}

function queuesAt(clock: VirtualClock) {
  const { visibilityTimeoutMs, retentionMs, maxReceiveCount } = deployed;
  const chance = chances();
  const settings = {
    visibilityTimeoutMs,
    retentionMs,
    deduplicatesByContent: false,
    deduplicationScope: "messageGroup",
    choose: (groups: number) => Math.floor(chance() * groups),
  } as const;
  const deadLetters = new FifoQueue("dead", { ...settings, redrive: undefined }, clock.now);
  const redrive = { to: deadLetters, maxReceiveCount };
  return { deadLetters, queue: new FifoQueue("refresh", { ...settings, redrive }, clock.now) };
}

function answering(isIll: boolean, { hanging, sweepMs }: Simulated, clock: VirtualClock) {
  return isIll && hanging && sinceStart(clock) >= hanging.fromMs
    ? ({ ms: hanging.ms, outcome: "fails" } as const)
    : ({ ms: sweepMs, outcome: "ok" } as const);
}

function sinceStart(clock: VirtualClock): number {
  return clock.now().getTime() - startMs;
}

async function dispatch({ clock, fleet, queue, simulated }: Run): Promise<void> {
  const { now } = clock;
  await dispatchClusters(
    { clusters: undefined, tick: now() },
    {
      listClusters: async () => fleet.listed(),
      isLocal: () => false,
      seen: () => {},
      now,
      schedulePeriodMs: simulated.periodMs,
      async send(messages) {
        for (const message of messages) {
          const { cluster: groupId, tick } = message;
          const deduplicationId = `${groupId}@${tick.toISOString()}`;
          queue.send({ body: formatMessage(message), groupId, deduplicationId, senderId: "us" });
        }
      },
    },
  );
}

/** One place of the function, for as long as time passes. */
async function work(run: Run): Promise<never> {
  const { clock, queue, simulated, seen } = run;
  const { periodMs, down } = simulated;
  for (;;) {
    const atMs = sinceStart(clock);
    const isDown = down !== undefined && atMs >= down.fromMs && atMs < down.untilMs;
    const [message] = isDown ? [] : queue.receive(1);
    if (message) {
      await clock.sleep(betweenMs);
      await serve(message, run);
      const period = Math.floor(atMs / periodMs);
      seen.busyMs[period] = (seen.busyMs[period] ?? 0) + sinceStart(clock) - atMs;
    } else {
      await clock.sleep(idlePollMs);
    }
  }
}

async function serve(message: ReceivedMessage, run: Run): Promise<void> {
  const { clock, queue } = run;
  const later: Later = (act, ms) => clock.at(clock.now().getTime() + ms, act);
  using time = startDeadline(sweepTime(deployed.timeoutMs), undefined, later);
  const record = {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: { ApproximateReceiveCount: message.receiveCount },
  };
  const { batchItemFailures } = await serveQueued([record], { ports: portsOf(run), time });
  if (batchItemFailures.length === 0) queue.delete(message.receiptHandle);
}

function portsOf({ clock, fleet, queue, seen, simulated }: Run): RefreshPorts {
  const { places, periodMs: schedulePeriodMs } = simulated;
  return {
    ...unusedPorts,
    clusters: fleet.store,
    open: async ({ name }, abort) => {
      seen.sweeps.set(name, [...(seen.sweeps.get(name) ?? []), sinceStart(clock)]);
      return fleet.open(name, abort);
    },
    now: clock.now,
    rules: { schedulePeriodMs, places, maxReceiveCount: deployed.maxReceiveCount },
    delayRetry: async (handle, seconds) => queue.changeVisibility(handle, seconds * 1_000),
    skipped: (_, why) => {
      seen.superseded += why === "superseded" ? 1 : 0;
    },
  };
}
