/** Bad answers to a write: they fail the namespace that they hit, or are got over; the others go on. */
import { describe, expect, test } from "vitest";
import type { ClusterErrorKind } from "../../../src/errors.ts";
import {
  type FaultAction,
  failureIn200,
  htmlPage,
  redirectTo,
} from "../../fakes/kubernetes-api/faults.ts";
import { loginsIn, numbered, type Scene, scenes, secretPath } from "./sweep-scene.ts";

const startScene = scenes();
const namespaces = [...numbered(7), "bad"];
const always = Number.POSITIVE_INFINITY;
const toBad = { method: "PATCH", path: secretPath("bad") };

const holding = ({ cluster }: Scene) => [...cluster.state.secretsNamed("ecr-pull").keys()].sort();

describe("where the write to one namespace gets", () => {
  test.each<readonly [string, FaultAction, ClusterErrorKind, RegExp]>([
    ["a page of a proxy", htmlPage, "malformed", /isn't a JSON object/],
    ["an error that calls itself 200", failureIn200, "server", /6 attempts/],
    ["a body without end", { type: "endless" }, "timeout", /didn't end within/],
    ["no answer at all", { type: "hang" }, "timeout", /no answer within/],
    ["a redirect", redirectTo("https://login.example/"), "redirect", /login\.example/],
    ["429, always", { type: "status", code: 429 }, "throttled", /6 attempts/],
    ["500, always", { type: "status", code: 500 }, "server", /6 attempts/],
    [
      "403 of an admission policy",
      { type: "status", code: 403, reason: "Forbidden" },
      "forbidden",
      /bad/,
    ],
    ["422", { type: "status", code: 422, reason: "Invalid" }, "invalid", /bad/],
    ["refused streams, always", { type: "refuse-stream" }, "unreachable", /6 attempts/],
  ])("%s, it fails alone", async (_, action, kind, message) => {
    const scene = await startScene({ namespaces });
    scene.cluster.fault({ on: toBad, times: always, do: action });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 7, failed: 1 } });
    expect(report.failures).toMatchObject([{ kind, namespaces: ["bad"], pullSecret: "ecr-pull" }]);
    expect(report.failures[0]?.message).toMatch(message);
    expect(holding(scene)).toEqual(numbered(7));

    scene.cluster.clearFaults();
    await expect(scene.sweep()).resolves.toMatchObject({
      outcome: "ok",
      counts: { current: 7, created: 1 },
    });
  });

  test("truncated JSON, it counts as failed, and as current once that is known", async () => {
    const scene = await startScene({ namespaces });
    scene.cluster.fault({ on: toBad, do: { type: "truncate" } });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 7, failed: 1 } });
    expect(report.failures).toMatchObject([{ kind: "malformed", namespaces: ["bad"] }]);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 8 } });
  });

  test.each<readonly [string, FaultAction, number]>([
    ["429 with Retry-After", { type: "status", code: 429, retryAfterSeconds: 3 }, 2],
    ["a burst of 5xx", { type: "status", code: 503 }, 4],
    ["an error that calls itself 200", failureIn200, 2],
    ["a refused stream", { type: "refuse-stream" }, 2],
    ["GOAWAY that finishes", { type: "goaway", inFlight: "finish" }, 1],
    ["GOAWAY that loses", { type: "goaway", inFlight: "lose" }, 1],
  ])("%s, and then a proper answer, nothing is lost", async (_, action, times) => {
    const scene = await startScene({ namespaces });
    const fault = scene.cluster.fault({ on: toBad, times, do: action });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 8, failed: 0 } });
    expect(fault.hits).toBe(times);
    expect(holding(scene)).toEqual(namespaces.toSorted());
  });

  // Over HTTP/1.1: Node's HTTP/2 client doesn't always learn of a reset while it writes.
  test.each<readonly [string, FaultAction, number]>([
    ["a reset before it was carried out", { type: "reset" }, 2],
    ["a reset after it was carried out", { type: "reset-after" }, 1],
    ["an answer that is cut off", { type: "cut" }, 1],
  ])("%s, and then a proper answer, nothing is lost", async (_, action, times) => {
    const scene = await startScene({ namespaces, http2: false });
    const fault = scene.cluster.fault({ on: toBad, times, do: action });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 8, failed: 0 } });
    expect(fault.hits).toBe(times);
    expect(holding(scene)).toEqual(namespaces.toSorted());
  });

  test("resets of its connection, always, it fails alone", async () => {
    const scene = await startScene({ namespaces, http2: false });
    scene.cluster.fault({ on: toBad, times: always, do: { type: "reset" } });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 7, failed: 1 } });
    expect(report.failures).toMatchObject([{ kind: "unreachable", namespaces: ["bad"] }]);
  });

  test("a reset after a renewal was carried out, it isn't taken for somebody else's edit", async () => {
    const scene = await startScene({ namespaces, http2: false });
    await scene.sweep();
    scene.passHours(6.1);
    scene.cluster.fault({ on: toBad, do: { type: "reset-after" } });
    const report = await scene.sweep();
    expect(report.outcome).toBe("ok");
    expect(report.counts.renewed + report.counts.current).toBe(8);
    expect(JSON.stringify(loginsIn(scene, "bad"))).toContain(scene.aws.tokens[1]?.password);
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { current: 8 } });
  });
});

describe("a connection that breaks under 300 writes", () => {
  const teams = numbered(300);
  const http2 = false;

  test("again and again loses none of them", async () => {
    const scene = await startScene({ namespaces: teams, http2 });
    const on = { method: "PATCH", path: /\/team-(50|150|250)\/secrets\// };
    const fault = scene.cluster.fault({ on, times: 3, do: { type: "reset" } });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 300, failed: 0 } });
    expect(fault.hits).toBe(3);
  });

  test("because the server restarts loses none of them", async () => {
    const scene = await startScene({ namespaces: teams, http2 });
    let restart: Promise<void> | undefined;
    const onApplied = ({ done }: { readonly done: number }) => {
      if (done === 20) {
        restart = scene.cluster.stop().then(() => scene.cluster.start());
      }
    };
    const report = await scene.sweep({ onApplied });
    await restart;
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 300, failed: 0 } });
  });
});

describe("a server that echoes secrets", () => {
  const echoing = (secret: string): readonly FaultAction[] => [
    { type: "status", code: 422, reason: "Invalid", message: `what is ${secret}?` },
    { type: "status", code: 403, reason: secret, message: `Authorization: Bearer ${secret}` },
    { type: "status", code: 401, message: secret },
    { type: "answer", code: 400, body: `<html>${secret}</html>` },
    { type: "answer", body: secret },
    redirectTo(`https://${secret.slice(0, 60)}.example/${secret}`),
    { type: "answer", body: `{"kind":"Secret","metadata":{"uid":["${secret}"]}}` },
  ];

  test("doesn't get them into the report", async () => {
    const scene = await startScene({ namespaces: ["web", "bad"] });
    await scene.sweep();
    const [token = ""] = scene.aws.tokens.map(({ password }) => password);
    for (const action of echoing(token)) {
      scene.passHours(6.1);
      const fault = scene.cluster.fault({ on: toBad, times: always, do: action });
      await expect(scene.sweep()).resolves.toMatchObject({ outcome: "failed" });
      expect(fault.hits).toBeGreaterThan(0);
      fault.remove();
    }
  });
});
