import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { QueueError } from "../../../src/dispatch/queue-error.ts";
import { PoisonMessageError } from "../../../src/dispatch/refresh-message.ts";
import { RefreshEventError } from "../../../src/worker/refresh-event.ts";
import { faults } from "../../fakes/aws/faults.ts";
import { canary, done, failed, hourMs, records, scenes } from "./worker-scene.ts";

const start = scenes();
const newExpiry = "2026-11-22T00:00:00Z";

describe("a message", () => {
  test("whose sweep is done is acknowledged, and what it found is noted", async () => {
    const scene = await start(["a", "b"]);
    const cluster = await scene.startCluster("eu");
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("eu"))).resolves.toEqual(done);
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(2);
    expect(swept).toMatchObject([{ cluster: "eu", outcome: "ok", counts: { created: 2 } }]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("that a newer tick has overtaken is acknowledged without a sweep", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    const { serve, swept, skipped } = scene.newFunction();
    await expect(serve(scene.delivery("eu", { ageMs: 600_001 }))).resolves.toEqual(done);
    expect(skipped).toEqual(["eu superseded"]);
    expect(swept).toEqual([]);
    expect(cluster.requests).toEqual([]);
    expect(scene.aws.requests).toEqual([]);
  });

  test("of a cluster that was unregistered meanwhile is acknowledged, and is no failure", async () => {
    const scene = await start();
    const { serve, swept, skipped } = scene.newFunction();
    await expect(serve(scene.delivery("gone", { receiveCount: 2 }))).resolves.toEqual(done);
    expect(skipped).toEqual(["gone unregistered"]);
    expect(swept).toEqual([]);
  });

  test.each([1, 2, 3, 4])(
    "whose sweep failed at receive %i comes back, later each time",
    async (n) => {
      const scene = await start();
      await (await scene.startCluster("dead")).stop();
      const { serve, swept, delays } = scene.newFunction();
      await expect(serve(scene.delivery("dead", { receiveCount: n }))).resolves.toEqual(failed);
      expect(delays).toEqual([20 * 2 ** (n - 1)]);
      expect(swept).toMatchObject([{ outcome: "failed", failures: [{ kind: "unreachable" }] }]);
    },
  );

  test("whose sweep failed at the last receive is acknowledged: no dead-letter queue", async () => {
    const scene = await start();
    await (await scene.startCluster("dead")).stop();
    const { serve, swept, delays } = scene.newFunction();
    await expect(serve(scene.delivery("dead", { receiveCount: 5 }))).resolves.toEqual(done);
    expect(delays).toEqual([]);
    expect(swept).toMatchObject([{ cluster: "dead", outcome: "failed" }]);
  });

  test("stays failed when its retry can't be delayed, with a warning", async () => {
    const scene = await start();
    await (await scene.startCluster("dead")).stop();
    const delayRetry = () => Promise.reject(new QueueError("AWS denied it"));
    const { serve, warnings } = scene.newFunction({ delayRetry });
    await expect(serve(scene.delivery("dead"))).resolves.toEqual(failed);
    expect(warnings).toEqual([
      'the retry couldn\'t be set a time {"cluster":"dead","reason":"AWS denied it"}',
    ]);
  });

  test("hides no bug behind a retry that can't be delayed", async () => {
    const scene = await start();
    await (await scene.startCluster("dead")).stop();
    const delayRetry = () => Promise.reject(new TypeError("a bug"));
    await expect(scene.newFunction({ delayRetry }).serve(scene.delivery("dead"))).rejects.toThrow(
      TypeError,
    );
  });

  test.each([
    ["isn't JSON", `{"cluster": "${canary}"`],
    ["has another shape", JSON.stringify({ cluster: canary, kubeconfig: canary })],
    ["names a path", JSON.stringify({ cluster: `../${canary}`, tick: new Date() })],
  ])("that %s throws, and so ends in the dead-letter queue", async (_, body) => {
    const scene = await start();
    const { serve, delays, warnings } = scene.newFunction();
    await expect(serve(records({ body }))).rejects.toThrow(PoisonMessageError);
    // Soon, since it blocks its group until then.
    expect(delays).toEqual([5]);
    expect(warnings).toEqual([expect.stringContaining("poison in the queue")]);
    expect(scene.aws.requests).toEqual([]);
  });
});

test("an event of another shape throws, and asks nobody for anything", async () => {
  const scene = await start();
  const { serve } = scene.newFunction();
  await expect(serve({ Records: [{ body: canary }] })).rejects.toThrow(RefreshEventError);
  expect(scene.aws.requests).toEqual([]);
});

test("a bug throws: it is nothing that another try would mend quietly", async () => {
  const scene = await start();
  await scene.startCluster("eu");
  const open = () => Promise.reject(new TypeError("a bug"));
  await expect(scene.newFunction({ open }).serve(scene.delivery("eu"))).rejects.toThrow(TypeError);
});

describe("an idle sweep", () => {
  test("costs one GetSecretValue and two lists, on a warm connection, and writes nothing", async () => {
    const scene = await start(["a", "b"]);
    const cluster = await scene.startCluster("eu");
    const { serve, swept } = scene.newFunction();
    await serve(scene.delivery("eu"));
    scene.passMs(600_000);
    cluster.forgetRequests();
    const before = scene.aws.requests.length;
    const state = { ...noState, expiresAt: new Date(newExpiry) };
    await expect(serve(scene.delivery("eu", { state }))).resolves.toEqual(done);
    expect(scene.aws.requests.slice(before).map(({ action }) => action)).toEqual([
      "secretsmanager:GetSecretValue",
    ]);
    expect(cluster.requests.map(({ verb }) => verb)).toEqual(["list", "list"]);
    expect(swept.at(-1)).toMatchObject({
      counts: { current: 2, minted: 0 },
      cost: { requests: 2, retries: 0, connections: 0, ecrCalls: 0 },
    });
    expect(cluster.connections).toBe(1);
  });

  test("of a cluster that was failing takes the tag away", async () => {
    const scene = await start(["a"]);
    await scene.startCluster("eu", { "ecr-pull-secrets:failing-since": "2026-11-21T11:00:00Z" });
    const failingSince = new Date("2026-11-21T11:00:00Z");
    await scene.newFunction().serve(scene.delivery("eu", { state: { ...noState, failingSince } }));
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });
});

describe("the tags of a cluster", () => {
  test("say since when it fails, once, and no more when it is back", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    await scene.newFunction().serve(scene.delivery("eu"));
    await cluster.stop();
    const expiresAt = new Date(newExpiry);
    scene.passMs(hourMs);
    // What dispatch saw is the same at each retry: of before the first of them.
    for (const receiveCount of [1, 2, 3]) {
      const { serve } = scene.newFunction();
      await serve(scene.delivery("eu", { receiveCount, state: { ...noState, expiresAt } }));
      scene.passMs(20_000);
    }
    const failingSince = "2026-11-21T13:00:00Z";
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry, "failing-since": failingSince });
    expect(scene.aws.count("secretsmanager:TagResource")).toBe(2);

    const state = { ...noState, expiresAt, failingSince: new Date(failingSince) };
    const before = scene.aws.requests.length;
    await scene.newFunction().serve(scene.delivery("eu", { state }));
    expect(scene.aws.requests.slice(before).map(({ action }) => action)).toEqual([
      "secretsmanager:GetSecretValue",
    ]);

    await cluster.start();
    await scene.newFunction().serve(scene.delivery("eu", { state }));
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("are mended by a retry that finds all as dispatch saw it", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    await scene.newFunction().serve(scene.delivery("eu"));
    const state = { ...noState, expiresAt: new Date(newExpiry) };
    await cluster.stop();
    await scene.newFunction().serve(scene.delivery("eu", { state }));
    expect(scene.tags("eu")).toHaveProperty("failing-since");
    await cluster.start();
    await scene.newFunction().serve(scene.delivery("eu", { receiveCount: 2, state }));
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("keep the time of the first failure when dispatch saw an old list", async () => {
    const scene = await start();
    const first = "2026-11-21T08:00:00Z";
    const tags = { "ecr-pull-secrets:failing-since": first };
    await (await scene.startCluster("dead", tags)).stop();
    await scene.newFunction().serve(scene.delivery("dead"));
    expect(scene.tags("dead")).toEqual({ "failing-since": first });
    expect(scene.aws.count("secretsmanager:TagResource")).toBe(0);
  });

  test("keep the expiry of a cluster out of reach, and the digest of its rights", async () => {
    const scene = await start();
    const tags = {
      "ecr-pull-secrets:expires-at": newExpiry,
      "ecr-pull-secrets:rbac": "0123",
      team: "platform",
    };
    await (await scene.startCluster("dead", tags)).stop();
    const state = { ...noState, expiresAt: new Date(newExpiry), rbac: "0123" };
    await scene.newFunction().serve(scene.delivery("dead", { state }));
    expect(scene.tags("dead")).toEqual({
      "expires-at": newExpiry,
      "failing-since": "2026-11-21T12:00:00Z",
      rbac: "0123",
      team: "platform",
    });
  });

  test("tell no expiry once nothing in the cluster expires", async () => {
    const scene = await start([]);
    await scene.startCluster("eu", { "ecr-pull-secrets:expires-at": newExpiry });
    const state = { ...noState, expiresAt: new Date(newExpiry) };
    await scene.newFunction().serve(scene.delivery("eu", { state }));
    expect(scene.tags("eu")).toEqual({});
  });

  test("that can't be written make a failed sweep of one that did all its work", async () => {
    const scene = await start(["a"]);
    const cluster = await scene.startCluster("eu");
    scene.aws.deny("secretsmanager:TagResource");
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("eu"))).resolves.toEqual(failed);
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(1);
    expect(swept).toMatchObject([
      { outcome: "failed", counts: { created: 1, failed: 0 }, failures: [{ kind: "store" }] },
    ]);
    expect(swept[0]?.failures[0]?.message).toContain("secretsmanager:TagResource");
  });
});

describe("AWS", () => {
  test.each([
    ["denies the record", "secretsmanager:GetSecretValue", "store"],
    ["denies the token", "ecr:GetAuthorizationToken", "mint"],
  ])("that %s makes a failed sweep, not a broken function", async (_, action, kind) => {
    const scene = await start(["a"]);
    await scene.startCluster("eu");
    scene.aws.deny(action);
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("eu"))).resolves.toEqual(failed);
    expect(swept).toMatchObject([{ outcome: "failed", failures: [{ kind }] }]);
    expect(swept[0]?.failures[0]?.message).toContain(action);
    expect(scene.tags("eu")).toEqual({ "failing-since": "2026-11-21T12:00:00Z" });
  });

  test("that throttles once is asked again", async () => {
    const scene = await start(["a"]);
    await scene.startCluster("eu");
    scene.aws.fail("secretsmanager:GetSecretValue", faults.throttling, { times: 1 });
    await expect(scene.newFunction().serve(scene.delivery("eu"))).resolves.toEqual(done);
  });
});
