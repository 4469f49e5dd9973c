/**
 * Dispatch: one message per registered cluster, and what its tags say about all of them. A local
 * cluster, which a runner inside its network sweeps, gets no message, and counts as any other.
 */
import { describeFleet, type Fleet, type ListedState } from "./fleet.ts";
import type { RefreshMessage } from "./refresh-message.ts";

export interface DispatchPorts {
  /** All registered clusters. @throws StoreError */
  readonly listClusters: () => Promise<readonly ListedState[]>;
  readonly isLocal: (cluster: string) => boolean;
  /** Told before anything is queued: a queue that fails must not hide what is about to expire. */
  readonly seen: (fleet: Fleet) => void;
  /** Queues all, or throws after everything was tried. @throws QueueError */
  readonly send: (messages: Iterable<RefreshMessage>) => Promise<void>;
  readonly now: () => Date;
  readonly schedulePeriodMs: number;
}

export interface DispatchRequest {
  /** Undefined: all. A cluster that is named outright needn't be in the list, which may lag. */
  readonly clusters: readonly string[] | undefined;
  readonly tick: Date;
}

export interface DispatchReport {
  /** How many sweeps were asked for. */
  readonly clusters: number;
  /** Left to their runners. */
  readonly local: number;
  /** Somebody who names clusters says nothing of all of them. */
  readonly by: "schedule" | "call";
  readonly tick: Date;
}

export async function dispatchClusters(
  { clusters, tick }: DispatchRequest,
  ports: DispatchPorts,
): Promise<DispatchReport> {
  const { listClusters, isLocal, now, schedulePeriodMs, seen, send } = ports;
  if (clusters) {
    const names = [...new Set(clusters)];
    const queued = names.filter((name) => !isLocal(name));
    await send(queued.map((cluster) => ({ cluster, tick })));
    return { ...countsOf(names, queued), by: "call", tick };
  }
  const listed = await listClusters();
  const times = { tick, now: now(), schedulePeriodMs };
  seen(describeFleet(listed, times));
  const queued = listed.filter(({ name }) => !isLocal(name));
  // Local clusters that fail take no time from the others, and keep nobody from being told of them.
  const { failingLong, untold } = describeFleet(queued, times);
  await send(messagesFor(queued, { tick, failingLong, untold }));
  return { ...countsOf(listed, queued), by: "schedule", tick };
}

function countsOf(all: readonly unknown[], queued: readonly unknown[]) {
  return { clusters: queued.length, local: all.length - queued.length };
}

/**
 * Those that are well first: SQS promises no order among groups, but mostly keeps that of arrival,
 * and clusters that hang shouldn't be waited for.
 */
function* messagesFor(
  queued: readonly ListedState[],
  ofAll: Pick<RefreshMessage, "tick" | "failingLong" | "untold">,
): Generator<RefreshMessage> {
  for (const isFailing of [false, true]) {
    for (const { name, state } of queued) {
      if (isFailing === (state.failingSince !== undefined)) {
        yield { cluster: name, state, ...ofAll };
      }
    }
  }
}
