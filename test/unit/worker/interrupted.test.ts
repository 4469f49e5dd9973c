/** Sweeps that don't get to their end, and sweeps that meet. */
import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { sweepRegistered } from "../../../src/worker/sweep-registered.ts";
import type { KubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { done, failed, scenes } from "./worker-scene.ts";

const start = scenes();
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `team-${index}`);
const never = new AbortController().signal;
const patches = ({ requests }: KubernetesApi) =>
  requests.filter(({ method }) => method === "PATCH");
/** The machine may be busy. */
const patiently = { timeout: 10_000, interval: 5 };
/** What the function keeps for its report, and before that for what is in flight. */
const keptMs = 8_000;

describe("the deadline", () => {
  test("reached with half of the namespaces done ends nothing that was begun", async () => {
    const scene = await start(numbered(200));
    const cluster = await scene.startCluster("eu");
    cluster.fault({ on: { method: "PATCH" }, times: 1_000, do: { type: "delay", ms: 1_000 } });
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("eu"), keptMs + 900)).resolves.toEqual(failed);
    const written = cluster.state.secretsNamed("ecr-pull").size;
    expect(written).toBe(100);
    expect(swept).toMatchObject([
      {
        outcome: "failed",
        counts: { created: written, failed: 200 - written },
        failures: [{ kind: "deadline" }],
      },
    ]);
    expect(swept[0]?.failures[0]?.namespaces).toHaveLength(200 - written);
    expect(scene.tags("eu")).toEqual({
      "expires-at": "2026-11-22T00:00:00Z",
      "failing-since": "2026-11-21T12:00:00Z",
    });

    cluster.clearFaults();
    cluster.forgetRequests();
    await expect(serve(scene.delivery("eu", { receiveCount: 2 }))).resolves.toEqual(done);
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(200);
    expect(cluster.requests.filter(({ method }) => method === "PATCH")).toHaveLength(200 - written);
    expect(scene.tags("eu")).toEqual({ "expires-at": "2026-11-22T00:00:00Z" });
  });

  test("reached while the API server hangs is reported before Lambda ends the function", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    cluster.fault({ on: { method: "GET" }, times: 1_000, do: { type: "hang" } });
    const { serve, swept } = scene.newFunction();
    const startMs = performance.now();
    await expect(serve(scene.delivery("eu"), 5_300)).resolves.toEqual(failed);
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(swept).toMatchObject([{ outcome: "failed", failures: [{ kind: "aborted" }] }]);
  });
});

describe("a function that is killed", () => {
  test.each([0, 7, 19])("after %i of 20 writes leaves the rest to the next one", async (count) => {
    const scene = await start(numbered(20));
    const cluster = await scene.startCluster("eu");
    const patch = { on: { method: "PATCH" }, times: 1_000 } as const;
    const hanging = cluster.fault({ ...patch, after: count, do: { type: "hang" } });
    const kill = new AbortController();
    const first = sweepRegistered("eu", scene.newFunction().ports, {
      stop: never,
      abort: kill.signal,
    });
    await expect.poll(() => hanging.hits, patiently).toBe(20 - count);
    await expect.poll(() => cluster.state.secretsNamed("ecr-pull").size, patiently).toBe(count);
    kill.abort();
    await first;
    expect(scene.tags("eu")).toEqual({});

    cluster.clearFaults();
    cluster.forgetRequests();
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("eu", { receiveCount: 2 }))).resolves.toEqual(done);
    expect(swept).toMatchObject([
      { outcome: "ok", counts: { current: count, created: 20 - count, minted: 1 } },
    ]);
    const written = patches(cluster).map(({ path }) => path);
    expect(new Set(written).size).toBe(20 - count);
    expect(written).toHaveLength(20 - count);
  });

  test("after all writes leaves only the tags to the next one", async () => {
    const scene = await start(numbered(20));
    const cluster = await scene.startCluster("eu");
    const { ports } = scene.newFunction();
    await sweepRegistered("eu", ports, { stop: never, abort: never });
    expect(patches(cluster)).toHaveLength(20);
    expect(scene.tags("eu")).toEqual({});

    cluster.forgetRequests();
    const { serve } = scene.newFunction();
    await expect(serve(scene.delivery("eu", { receiveCount: 2 }))).resolves.toEqual(done);
    expect(patches(cluster)).toEqual([]);
    expect(scene.aws.tokens).toHaveLength(1);
    expect(scene.tags("eu")).toEqual({ "expires-at": "2026-11-22T00:00:00Z" });
  });
});

describe("two sweeps of one cluster at once", () => {
  test("by a message and a direct call leave every secret whole, and both are well", async () => {
    const scene = await start(numbered(30));
    const cluster = await scene.startCluster("eu");
    cluster.fault({ on: { method: "PATCH" }, times: 1_000, do: { type: "delay", ms: 20 } });
    const [queued, direct] = await Promise.all([
      scene.newFunction().serve(scene.delivery("eu")),
      scene.newFunction().serve({ cluster: "eu" }),
    ]);
    expect(queued).toEqual(done);
    expect(direct).toMatchObject({ outcome: "ok", failures: [] });
    const known = new Set(scene.aws.tokens.map(({ password }) => password));
    for (const namespace of numbered(30)) {
      const { ".dockerconfigjson": content } =
        cluster.state.secretData(namespace, "ecr-pull") ?? {};
      const [login] = Object.values<{ password: string }>(JSON.parse(content ?? "{}").auths ?? {});
      expect(known).toContain(login?.password);
    }
    expect(scene.tags("eu")).toEqual({ "expires-at": "2026-11-22T00:00:00Z" });

    cluster.clearFaults();
    cluster.forgetRequests();
    await scene.newFunction().serve(scene.delivery("eu"));
    expect(cluster.requests.filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  test("share a connection where one function makes both", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    const { serve } = scene.newFunction();
    const state = noState;
    const both = [serve(scene.delivery("eu", { state })), serve({ cluster: "eu", mode: "plan" })];
    await Promise.all(both);
    expect(cluster.connections).toBe(1);
  });
});
