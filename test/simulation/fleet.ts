/** Registered clusters that take a time to answer, or hang, and what is noted of them. */
import { noState } from "../../src/clusters/record-state.ts";
import type { ClusterStore, ListedCluster } from "../../src/clusters/store.ts";
import { ClusterError } from "../../src/errors.ts";
import type { ClusterApi } from "../../src/refresh/ports.ts";
import { SecretValue } from "../../src/secret-value.ts";
import type { OpenedCluster } from "../../src/worker/sweep-registered.ts";
import { unusedApi } from "./unused-ports.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How a cluster answers what a sweep asks first: after that time, unless it is given up before. */
export interface Answering {
  readonly ms: number;
  readonly outcome: "ok" | "fails";
}

export interface Fleet {
  readonly store: ClusterStore;
  open(cluster: string, abort: AbortSignal): OpenedCluster;
  listed(): readonly ListedCluster[];
}

export function createFleet(
  names: readonly string[],
  answering: (cluster: string) => Answering,
  clock: VirtualClock,
): Fleet {
  const states = new Map(names.map((name) => [name, noState]));
  const listed = () => [...states].map(([name, state]) => ({ name, state }));
  return {
    listed,
    store: {
      list: async () => ({ clusters: listed(), others: [] }),
      describe: async (name) => {
        const state = states.get(name);
        return state && { name, state };
      },
      read: async (name) => ({ name, versionId: "1", kubeconfig: new SecretValue(name) }),
      saveState: async (name, _, after) => {
        states.set(name, after);
        return true;
      },
    },
    open: (cluster, abort) => ({
      api: apiOf(() => answering(cluster), clock, abort),
      tokens: { createToken: () => Promise.reject(new Error("no token is due")) },
      credential: { kind: "eks" },
      stats: () => ({ requests: 0, retries: 0, connections: 0 }),
    }),
  };
}

function apiOf(answering: () => Answering, clock: VirtualClock, abort: AbortSignal): ClusterApi {
  return {
    ...unusedApi,
    async listNamespaces() {
      const { ms, outcome } = answering();
      await clock.sleep(ms, abort);
      if (abort.aborted) throw new ClusterError("aborted", "stopped before it answered");
      if (outcome === "fails") throw new ClusterError("timeout", "no answer");
      return [];
    },
    listSecrets: async () => [],
  };
}
