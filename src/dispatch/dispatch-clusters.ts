/** Dispatch: one message per registered cluster, and what its tags say about all of them. */
import type { RefreshMessage } from "./refresh-message.ts";

/** A cluster as the one list shows it; the soonest expiry is known without reaching it. */
export interface ListedState {
  readonly name: string;
  readonly state: NonNullable<RefreshMessage["state"]>;
}

export interface DispatchPorts {
  /** All registered clusters. @throws StoreError */
  readonly listClusters: () => Promise<readonly ListedState[]>;
  /** Queues all, or throws after everything was tried. @throws QueueError */
  readonly send: (messages: Iterable<RefreshMessage>) => Promise<void>;
}

export interface DispatchRequest {
  /** Undefined: all. A cluster that is named outright needn't be in the list, which may lag. */
  readonly clusters: readonly string[] | undefined;
  readonly tick: Date;
}

export interface DispatchReport {
  readonly clusters: number;
  readonly failing: number;
  /** Of all clusters, also of those that can't be reached; undefined if nothing expires. */
  readonly soonestExpiry: Date | undefined;
  readonly tick: Date;
}

export async function dispatchClusters(
  { clusters, tick }: DispatchRequest,
  { listClusters, send }: DispatchPorts,
): Promise<DispatchReport> {
  if (clusters) {
    const names = [...new Set(clusters)];
    await send(names.map((cluster) => ({ cluster, tick })));
    return { clusters: names.length, failing: 0, soonestExpiry: undefined, tick };
  }
  const listed = await listClusters();
  await send(messagesFor(listed, tick));
  return {
    clusters: listed.length,
    failing: listed.filter(({ state }) => state.failingSince !== undefined).length,
    soonestExpiry: listed.reduce<Date | undefined>(
      (soonest, { state: { expiresAt } }) =>
        expiresAt && (!soonest || expiresAt < soonest) ? expiresAt : soonest,
      undefined,
    ),
    tick,
  };
}

function* messagesFor(listed: readonly ListedState[], tick: Date): Generator<RefreshMessage> {
  for (const { name, state } of listed) {
    yield { cluster: name, tick, state };
  }
}
