/** Dispatch: one message per registered cluster, and what its tags say about all of them. */
import { describeFleet, type Fleet, type ListedState } from "./fleet.ts";
import type { RefreshMessage } from "./refresh-message.ts";

export interface DispatchPorts {
  /** All registered clusters. @throws StoreError */
  readonly listClusters: () => Promise<readonly ListedState[]>;
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
  /** Somebody who names clusters says nothing of all of them. */
  readonly by: "schedule" | "call";
  readonly tick: Date;
}

export async function dispatchClusters(
  { clusters, tick }: DispatchRequest,
  ports: DispatchPorts,
): Promise<DispatchReport> {
  if (clusters) {
    const names = [...new Set(clusters)];
    await ports.send(names.map((cluster) => ({ cluster, tick })));
    return { clusters: names.length, by: "call", tick };
  }
  const { listClusters, now, schedulePeriodMs, seen, send } = ports;
  const listed = await listClusters();
  const fleet = describeFleet(listed, { tick, now: now(), schedulePeriodMs });
  seen(fleet);
  await send(messagesFor(listed, tick, fleet));
  return { clusters: listed.length, by: "schedule", tick };
}

/**
 * Those that are well first: SQS promises no order among groups, but mostly keeps that of arrival,
 * and clusters that hang shouldn't be waited for.
 */
function* messagesFor(
  listed: readonly ListedState[],
  tick: Date,
  { failingLong }: Fleet,
): Generator<RefreshMessage> {
  for (const isFailing of [false, true]) {
    for (const { name, state } of listed) {
      if (isFailing === (state.failingSince !== undefined)) {
        yield { cluster: name, tick, state, failingLong };
      }
    }
  }
}
