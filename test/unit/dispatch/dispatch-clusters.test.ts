import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { type DispatchPorts, dispatchClusters } from "../../../src/dispatch/dispatch-clusters.ts";
import type { Fleet, ListedState } from "../../../src/dispatch/fleet.ts";
import { QueueError } from "../../../src/dispatch/queue-error.ts";
import type { RefreshMessage } from "../../../src/dispatch/refresh-message.ts";
import { StoreError } from "../../../src/errors.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour));

function cluster(name: string, state: Partial<ListedState["state"]> = {}): ListedState {
  return { name, state: { ...noState, ...state } };
}

/** @param listed undefined: the list may not be asked for */
function scene(listed: readonly ListedState[] | undefined) {
  const sent: RefreshMessage[] = [];
  const seen: Fleet[] = [];
  const made: DispatchPorts = {
    listClusters: async () => {
      if (!listed) throw new Error("nobody asked for a list");
      return listed;
    },
    isLocal: (name) => name.startsWith("factory"),
    seen: (fleet) => void seen.push(fleet),
    send: async (messages) => void sent.push(...messages),
    now: () => tick,
    schedulePeriodMs: 600_000,
  };
  return { ports: made, sent, seen };
}

describe("a tick of the schedule", () => {
  test("queues every cluster once, with what its tags said", async () => {
    const eu = cluster("eu", { expiresAt: at(20), rbac: "0123" });
    const us = cluster("us", { failingSince: at(3) });
    const { ports: made, sent } = scene([eu, us]);
    await expect(dispatchClusters({ clusters: undefined, tick }, made)).resolves.toEqual({
      clusters: 2,
      local: 0,
      by: "schedule",
      tick,
    });
    expect(sent).toEqual([
      { cluster: "eu", tick, state: eu.state, failingLong: 1, untold: 1 },
      { cluster: "us", tick, state: us.state, failingLong: 1, untold: 1 },
    ]);
  });

  test("queues those that fail last: they may hang, and nobody should wait behind them", async () => {
    const failing = { failingSince: at(3) };
    const listed = [cluster("a", failing), cluster("b"), cluster("c", failing), cluster("d")];
    const { ports: made, sent } = scene(listed);
    await dispatchClusters({ clusters: undefined, tick }, made);
    expect(sent.map((message) => message.cluster)).toEqual(["b", "d", "a", "c"]);
  });

  test("tells of all clusters before it queues any", async () => {
    const { ports: made, seen } = scene([cluster("eu", { failingSince: at(3) })]);
    const send = async () => expect(seen).toMatchObject([{ clusters: 1, failing: 1 }]);
    await dispatchClusters({ clusters: undefined, tick }, { ...made, send });
    expect(seen).toHaveLength(1);
  });

  test("fails when the list does, and tells nothing of clusters that nobody knows", async () => {
    const { ports: made, seen, sent } = scene([cluster("a")]);
    const listClusters = () => Promise.reject(new StoreError("denied", "no"));
    const dispatched = dispatchClusters({ clusters: undefined, tick }, { ...made, listClusters });
    await expect(dispatched).rejects.toThrow(StoreError);
    expect([seen, sent]).toEqual([[], []]);
  });

  test("fails when the queue does, and what is about to expire was told", async () => {
    const { ports: made, seen } = scene([cluster("a", { expiresAt: at(13) })]);
    const send = () => Promise.reject(new QueueError("no"));
    const dispatched = dispatchClusters({ clusters: undefined, tick }, { ...made, send });
    await expect(dispatched).rejects.toThrow(QueueError);
    expect(seen).toMatchObject([{ soonestExpiry: at(13) }]);
  });
});

describe("a local cluster", () => {
  test("isn't queued, and counts as any other", async () => {
    const listed = [
      cluster("eu", { expiresAt: at(20) }),
      cluster("factory-1", { expiresAt: at(14), failingSince: at(3) }),
      cluster("factory-2", { credential: { issuedAt: at(2), expiresAt: at(22) } }),
    ];
    const { ports: made, sent, seen } = scene(listed);
    const report = await dispatchClusters({ clusters: undefined, tick }, made);
    expect(report).toEqual({ clusters: 1, local: 2, by: "schedule", tick });
    expect(sent.map((message) => message.cluster)).toEqual(["eu"]);
    expect(seen).toEqual([
      {
        ...{ clusters: 3, failing: 1, failingLong: 1, untold: 1 },
        ...{ soonestExpiry: at(14), credentialLifeLeft: 50 },
      },
    ]);
  });

  test("that fails keeps no other from being told of, nor from its time", async () => {
    const local = Array.from({ length: 30 }, (_, index) =>
      cluster(`factory-${index}`, { failingSince: at(3) }),
    );
    const failing = cluster("eu", { failingSince: at(3) });
    const { ports: made, sent } = scene([...local, failing]);
    await dispatchClusters({ clusters: undefined, tick }, made);
    expect(sent).toEqual([
      { cluster: "eu", tick, state: failing.state, failingLong: 1, untold: 1 },
    ]);
  });

  test("isn't queued by its name either, and whoever asked is told so", async () => {
    const { ports: made, sent } = scene(undefined);
    const report = await dispatchClusters({ clusters: ["factory-1", "eu"], tick }, made);
    expect(report).toEqual({ clusters: 1, local: 1, by: "call", tick });
    expect(sent).toEqual([{ cluster: "eu", tick }]);
  });

  test("may be all that there is: that the schedule fired is told all the same", async () => {
    const { ports: made, sent } = scene([cluster("factory-1")]);
    const report = await dispatchClusters({ clusters: undefined, tick }, made);
    expect(report).toEqual({ clusters: 0, local: 1, by: "schedule", tick });
    expect(sent).toEqual([]);
  });
});

describe("clusters that are named outright", () => {
  test("are queued once each, without a list, and without a word about the others", async () => {
    const { ports: made, seen, sent } = scene(undefined);
    const report = await dispatchClusters({ clusters: ["new", "old", "new"], tick }, made);
    expect(sent).toEqual([
      { cluster: "new", tick },
      { cluster: "old", tick },
    ]);
    expect(report).toEqual({ clusters: 2, local: 0, by: "call", tick });
    expect(seen).toEqual([]);
  });
});
