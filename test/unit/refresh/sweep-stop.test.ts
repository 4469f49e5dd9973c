/** Sweeps that are ended before their time: what was done counts, and what is left is reported. */
import { describe, expect, test } from "vitest";
import { startDeadline } from "../../../src/deadline.ts";
import type { StopReason } from "../../../src/refresh/ports.ts";
import type { SweepReport } from "../../../src/refresh/report/report.ts";
import { numbered, type Scene, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const size = 200;
const always = Number.POSITIVE_INFINITY;
const patch = { method: "PATCH" };

/** The counts, the failures and the cluster agree, to the last namespace. */
function expectNothingLost(report: SweepReport, { cluster }: Scene): void {
  const { created, failed } = report.counts;
  expect(created + failed).toBe(size);
  expect(report.secrets).toHaveLength(size);
  const there = new Set(cluster.state.secretsNamed("ecr-pull").keys());
  expect(there.size).toBe(created);
  const left = new Set(numbered(size)).difference(there);
  expect(new Set(report.failures.flatMap((failure) => failure.namespaces))).toEqual(left);
}

describe("a sweep that is told to stop", () => {
  test.each<StopReason>(["deadline", "interrupted"])(
    "in the middle of its writes begins no other, and reports them as %s",
    async (reason) => {
      const scene = await startScene({ namespaces: numbered(size) });
      const stop = new AbortController();
      const onApplied = ({ done }: { readonly done: number }) => {
        if (done === 20) {
          stop.abort(reason);
        }
      };
      const report = await scene.sweep({ stop: stop.signal, onApplied });
      expect(report.outcome).toBe("failed");
      expect(report.failures).toMatchObject([
        { kind: reason, pullSecret: "ecr-pull", hint: expect.stringMatching(/\w/) },
      ]);
      // Those that were in flight are finished.
      expect(report.counts.created).toBeGreaterThanOrEqual(100);
      expect(report.counts.created).toBeLessThan(size);
      expectNothingLost(report, scene);
    },
  );

  test("before it began to write writes nothing", async () => {
    const scene = await startScene({ namespaces: numbered(size) });
    const stop = AbortSignal.abort("interrupted" satisfies StopReason);
    const report = await scene.sweep({ stop });
    expect(report.counts).toMatchObject({ created: 0, failed: size });
    expectNothingLost(report, scene);
  });

  test("finishes by itself with the next sweep", async () => {
    const scene = await startScene({ namespaces: numbered(size) });
    await scene.sweep({ stop: AbortSignal.abort("deadline" satisfies StopReason) });
    await expect(scene.sweep()).resolves.toMatchObject({
      outcome: "ok",
      counts: { created: size, failed: 0 },
    });
  });

  test("keeps what was there: its credentials still count", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const { soonestExpiry } = await scene.sweep();
    scene.passHours(6.1);
    const report = await scene.sweep({ stop: AbortSignal.abort("deadline") });
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 1 } });
    // To the second: that is what annotations hold.
    expect(report.soonestExpiry?.slice(0, 19)).toBe(soonestExpiry?.slice(0, 19));
  });
});

test("at the end of its time, what is in flight is given up, and reported", async () => {
  const scene = await startScene({ namespaces: numbered(size) });
  scene.cluster.fault({ on: patch, after: 120, times: always, do: { type: "hang" } });
  using deadline = startDeadline({ limitMs: 1_200, marginMs: 300 });
  const connection = { headersTimeoutMs: 30_000 };
  const report = await scene.sweep({ stop: deadline.stop, abort: deadline.abort, connection });
  expect(report.counts).toMatchObject({ created: 120, failed: 80 });
  expect(report.failures).toMatchObject([{ kind: "aborted" }]);
  expectNothingLost(report, scene);
});

test("a sweep that is ended while it looks around fails as a whole", async () => {
  const scene = await startScene({ namespaces: ["web"] });
  scene.cluster.fault({ on: { path: "/api/v1/secrets" }, do: { type: "hang" } });
  const report = await scene.sweep({ abort: AbortSignal.timeout(100) });
  expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "aborted" }] });
});

test("401 in the middle of the writes ends them: nothing further is begun", async () => {
  const scene = await startScene({ namespaces: numbered(size) });
  const unauthorized = { type: "status", code: 401, reason: "Unauthorized" } as const;
  const fault = scene.cluster.fault({ on: patch, after: 30, times: always, do: unauthorized });
  const report = await scene.sweep();
  expect(report.outcome).toBe("failed");
  expect(report.counts).toMatchObject({ created: 30, failed: size - 30 });
  expect(report.failures).toMatchObject([
    { kind: "unauthorized", hint: expect.stringContaining("get a new one") },
  ]);
  // A hundred are in flight at a time; one more for each that went through.
  expect(fault.hits).toBeLessThanOrEqual(100);
  expectNothingLost(report, scene);
});

test("a server that goes away for good ends the writes, and every one of them is reported", async () => {
  // Over HTTP/1.1: Node's HTTP/2 client doesn't always learn of a reset while it writes.
  const scene = await startScene({ namespaces: numbered(size), http2: false });
  const onApplied = ({ done }: { readonly done: number }) => {
    if (done === 20) {
      void scene.cluster.stop();
    }
  };
  const dials = { minAttempts: 3, reconnectForMs: 300, baseMs: 300, maxPauseMs: 2_000 };
  const report = await scene.sweep({ onApplied, connection: { dials } });
  expect(report.outcome).toBe("failed");
  const { created, failed } = report.counts;
  expect(created + failed).toBe(size);
  expect(created).toBeGreaterThanOrEqual(20);
  expect(report.failures.map(({ kind }) => kind)).toContain("unreachable");
  const reported = new Set(report.failures.flatMap((failure) => failure.namespaces));
  const written = scene.cluster.state.secretsNamed("ecr-pull");
  expect(numbered(size).filter((name) => !reported.has(name) && !written.has(name))).toEqual([]);
});
