import { describe, expect, test } from "vitest";
import {
  type DispatchPorts,
  dispatchClusters,
  type ListedState,
} from "../../../src/dispatch/dispatch-clusters.ts";
import { QueueError } from "../../../src/dispatch/queue-error.ts";
import type { RefreshMessage } from "../../../src/dispatch/refresh-message.ts";
import { StoreError } from "../../../src/errors.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour));

const nothing: ListedState["state"] = {
  expiresAt: undefined,
  failingSince: undefined,
  rbac: undefined,
  credential: undefined,
  rotationFailingSince: undefined,
  failureToldAt: undefined,
};

function cluster(name: string, state: Partial<ListedState["state"]> = {}): ListedState {
  return { name, state: { ...nothing, ...state } };
}

/** @param listed undefined: the list may not be asked for */
function ports(listed: readonly ListedState[] | undefined) {
  const sent: RefreshMessage[] = [];
  const made: DispatchPorts = {
    listClusters: async () => {
      if (!listed) throw new Error("nobody asked for a list");
      return listed;
    },
    send: async (messages) => void sent.push(...messages),
  };
  return { ...made, sent };
}

describe("a tick of the schedule", () => {
  test("queues every cluster once, with what its tags said", async () => {
    const eu = cluster("eu", { expiresAt: at(20), rbac: "0123" });
    const us = cluster("us", { failingSince: at(3) });
    const { sent, ...made } = ports([eu, us]);
    await dispatchClusters({ clusters: undefined, tick }, made);
    expect(sent).toEqual([
      { cluster: "eu", tick, state: eu.state },
      { cluster: "us", tick, state: us.state },
    ]);
  });

  test.each<[string, readonly ListedState[], number, Date | undefined]>([
    ["no cluster", [], 0, undefined],
    ["clusters without state", [cluster("a"), cluster("b")], 0, undefined],
    [
      "the soonest expiry of all, whatever its place",
      [
        cluster("a", { expiresAt: at(22) }),
        cluster("b", { expiresAt: at(14) }),
        cluster("c"),
        cluster("d", { expiresAt: at(23) }),
      ],
      0,
      at(14),
    ],
    [
      "the expiry of a cluster that fails, and has passed",
      [
        cluster("a", { expiresAt: at(22) }),
        cluster("b", { expiresAt: at(1), failingSince: at(0) }),
      ],
      1,
      at(1),
    ],
    [
      "how many fail",
      [cluster("a", { failingSince: at(1) }), cluster("b", { failingSince: at(2) }), cluster("c")],
      2,
      undefined,
    ],
  ])("tells of %s", async (_, listed, failing, soonestExpiry) => {
    const report = await dispatchClusters({ clusters: undefined, tick }, ports(listed));
    expect(report).toEqual({ clusters: listed.length, failing, soonestExpiry, tick });
  });

  test.each([
    [
      "the list",
      { listClusters: async () => Promise.reject(new StoreError("denied", "no")) },
      StoreError,
    ],
    ["the queue", { send: async () => Promise.reject(new QueueError("no")) }, QueueError],
  ])("fails when %s does", async (_, failing, kind) => {
    const made = { ...ports([cluster("a")]), ...failing };
    await expect(dispatchClusters({ clusters: undefined, tick }, made)).rejects.toThrow(kind);
  });
});

describe("clusters that are named outright", () => {
  test("are queued once each, without a list, and without a word about their tags", async () => {
    const { sent, ...made } = ports(undefined);
    const report = await dispatchClusters({ clusters: ["new", "old", "new"], tick }, made);
    expect(sent).toEqual([
      { cluster: "new", tick },
      { cluster: "old", tick },
    ]);
    expect(report).toMatchObject({ clusters: 2, tick });
  });
});
