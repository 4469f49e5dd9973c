/** Answers to lists that no sweep can go by: it fails as a whole, says why, and changes nothing. */
import { describe, expect, test } from "vitest";
import type { ClusterErrorKind } from "../../../src/errors.ts";
import {
  type FaultAction,
  failureIn200,
  htmlPage,
  redirectTo,
} from "../../fakes/kubernetes-api/faults.ts";
import { calls, numbered, scenes } from "./sweep-scene.ts";

const startScene = scenes();

const answer = (body: string, more: object = {}): FaultAction => ({
  type: "answer",
  headers: { "content-type": "application/json" },
  body,
  ...more,
});

const fatal: readonly (readonly [string, FaultAction, ClusterErrorKind, RegExp])[] = [
  ["a page of a proxy", htmlPage, "malformed", /isn't a JSON object/],
  ["a page with status 502", { ...htmlPage, code: 502 } as FaultAction, "server", /502/],
  ["a login page with status 404", answer("<html>", { code: 404 }), "malformed", /404/],
  ["truncated JSON", { type: "truncate" }, "malformed", /secrets/],
  ["an answer that is cut off, always", { type: "cut" }, "malformed", /cut off.*6 attempts/],
  ["an error that calls itself 200", failureIn200, "server", /6 attempts/],
  ["a body without end", { type: "endless" }, "timeout", /didn't end within/],
  ["no answer at all", { type: "hang" }, "timeout", /no answer within/],
  ["a redirect", redirectTo("https://login.example/"), "redirect", /login\.example/],
  ["401", { type: "status", code: 401, reason: "Unauthorized" }, "unauthorized", /secrets/],
  ["429, always", { type: "status", code: 429, retryAfterSeconds: 1 }, "throttled", /6 attempts/],
  ["503, always", { type: "status", code: 503 }, "server", /6 attempts/],
  ["501, once: it isn't tried again", { type: "status", code: 501 }, "server", /scripted/],
  ["resets, always", { type: "reset" }, "unreachable", /6 attempts/],
  ["refused streams, always", { type: "refuse-stream" }, "unreachable", /6 attempts/],
  ["GOAWAY without an answer, always", { type: "goaway", inFlight: "lose" }, "unreachable", /lost/],
  ["an empty body", answer(""), "malformed", /empty answer/],
  ["JSON of something else", answer('{"ok":true}'), "malformed", /isn't a JSON object/],
  ["a list of nothing", answer('{"kind":"SecretList","items":[null]}'), "malformed", /items\[0\]/],
  ["another kind", answer('{"kind":"Secret","metadata":{}}'), "malformed", /kind/],
];

describe("a sweep whose list of secrets gets", () => {
  test.each(fatal)("%s fails, and changes nothing", async (_, action, kind, message) => {
    const scene = await startScene({ namespaces: numbered(3) });
    scene.cluster.fault({
      on: { path: "/api/v1/secrets" },
      times: Number.POSITIVE_INFINITY,
      do: action,
    });
    const report = await scene.sweep({ pullSecrets: [{ serviceAccounts: ["default"] }] });
    expect(report.outcome).toBe("failed");
    expect(report.failures).toMatchObject([{ kind, namespaces: [] }]);
    expect(report.failures[0]?.message).toMatch(message);
    expect(report.secrets).toEqual([]);
    expect(Object.keys(calls(scene)).filter((call) => !call.startsWith("list"))).toEqual([]);
    expect(scene.aws.requests).toEqual([]);
  });

  test("a body larger than any list fails as too large", async () => {
    const scene = await startScene();
    scene.cluster.fault({ on: { path: "/api/v1/secrets" }, do: { type: "endless" } });
    const report = await scene.sweep({
      connection: { maxListBytes: 100_000, bodyTimeoutMs: 5_000 },
    });
    expect(report.failures).toMatchObject([{ kind: "too-large" }]);
  });

  test.each<readonly [string, FaultAction, number]>([
    ["429 with Retry-After", { type: "status", code: 429, retryAfterSeconds: 2 }, 2],
    ["a burst of 5xx", { type: "status", code: 503 }, 4],
    ["an error that calls itself 200", failureIn200, 1],
    ["a reset", { type: "reset" }, 2],
    ["an answer that is cut off", { type: "cut" }, 1],
    ["a refused stream", { type: "refuse-stream" }, 2],
    ["GOAWAY that finishes", { type: "goaway", inFlight: "finish" }, 1],
    ["GOAWAY that loses", { type: "goaway", inFlight: "lose" }, 2],
  ])("%s, and then a proper answer, goes on as if nothing were", async (_, action, times) => {
    const scene = await startScene({ namespaces: numbered(3) });
    const fault = scene.cluster.fault({ on: { path: "/api/v1/secrets" }, times, do: action });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 3 }, failures: [] });
    expect(fault.hits).toBe(times);
  });

  test("429 waits for as long as the server asks", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const throttled = { type: "status", code: 429, retryAfterSeconds: 2 } as const;
    scene.cluster.fault({ on: { path: "/api/v1/secrets" }, do: throttled });
    await scene.sweep();
    expect(scene.pausesMs).toHaveLength(1);
    expect(scene.pausesMs[0]).toBeGreaterThanOrEqual(2_000);
  });
});

test("a list of namespaces that is refused fails the sweep: nothing is known without it", async () => {
  const scene = await startScene({
    rights: [{ resources: ["secrets"], resourceNames: ["ecr-pull"], verbs: ["list"] }],
  });
  const report = await scene.sweep();
  expect(report.outcome).toBe("failed");
  expect(report.failures).toMatchObject([
    { kind: "forbidden", hint: expect.stringContaining("register <cluster>"), namespaces: [] },
  ]);
});

test("a refused list of one secret's name leaves the other pull secrets alone", async () => {
  const scene = await startScene({ namespaces: ["web"] });
  const pullSecrets = [{ name: "not-granted" }, { name: "ecr-pull" }];
  const report = await scene.sweep({ pullSecrets });
  expect(report).toMatchObject({ outcome: "failed", counts: { created: 1 } });
  expect(report.failures).toMatchObject([{ kind: "forbidden", pullSecret: "not-granted" }]);
});

test("a cluster where nobody listens is told as such, soon", async () => {
  const scene = await startScene();
  await scene.cluster.stop();
  const report = await scene.sweep();
  expect(report.outcome).toBe("failed");
  expect(report.failures).toMatchObject([
    { kind: "unreachable", message: expect.stringContaining("connection refused") },
  ]);
  expect(report.failures[0]?.message).toContain("after 3 attempts");
});

test("a namespace's label of another shape fails the sweep, and names the place", async () => {
  const scene = await startScene();
  const list = { kind: "NamespaceList", items: [{ metadata: { name: "web", labels: { a: 1 } } }] };
  scene.cluster.fault({ on: { path: "/api/v1/namespaces" }, do: answer(JSON.stringify(list)) });
  const report = await scene.sweep();
  expect(report.failures).toMatchObject([
    { kind: "malformed", message: expect.stringContaining("items[0].metadata.labels.a") },
  ]);
});
