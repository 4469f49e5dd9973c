/** What the topic is told of a cluster, by sweeps that end well, badly, or not at all. */
import { describe, expect, test } from "vitest";
import { noState, readState } from "../../../src/clusters/record-state.ts";
import { NotificationError } from "../../../src/notifications/notice.ts";
import type { RefreshPorts } from "../../../src/worker/ports.ts";
import { done, type Scene, scenes } from "./worker-scene.ts";

const start = scenes();
const tag = (name: string) => `ecr-pull-secrets:${name}`;
const failingSince = "2026-11-21T11:30:00Z";
const expiresAt = "2026-11-21T20:00:00Z";
const now = "2026-11-21T12:00:00Z";
const newExpiry = "2026-11-22T00:00:00Z";
const failingTags = { [tag("failing-since")]: failingSince, [tag("expires-at")]: expiresAt };
const toldTags = { ...failingTags, [tag("failure-told-at")]: now };
const denied = new NotificationError("denied", "AWS denied sns:Publish");

/** Dead for three schedules, as its tags say. */
async function deadScene(tags: Readonly<Record<string, string>> = failingTags) {
  const scene = await start(["a"]);
  const cluster = await scene.startCluster("eu", tags);
  await cluster.stop();
  return { scene, cluster, state: stateIn(tags) };
}

/** A message of a tick of the schedule, which knows the tags of now. */
function tickIn(scene: Scene, untold = 1) {
  const tags = Object.entries(scene.tags("eu")).map(([name, value]) => [tag(name), value] as const);
  return scene.delivery("eu", { state: stateIn(Object.fromEntries(tags)), untold });
}

function stateIn(tags: Readonly<Record<string, string>>) {
  return readState(Object.entries(tags).map(([Key, Value]) => ({ Key, Value })));
}

describe("a cluster that has been failing for three schedules", () => {
  test("is told of once, with its cause, and what is left", async () => {
    const { scene } = await deadScene();
    const { serve, notices, tidings } = scene.newFunction();
    await expect(serve(tickIn(scene))).resolves.toEqual(done);
    expect(notices).toEqual([
      {
        cluster: "eu",
        change: "failing",
        failingSince: new Date(failingSince),
        expiresAt: new Date(expiresAt),
        cause: {
          message: expect.stringContaining("connection refused"),
          hint: expect.anything(),
          others: 0,
        },
      },
    ]);
    expect(tidings).toEqual(["eu failing"]);
    expect(scene.tags("eu")).toHaveProperty("failure-told-at", now);

    const writes = scene.aws.count("secretsmanager:TagResource");
    scene.passMs(600_000);
    for (const receiveCount of [1, 2]) {
      await serve(scene.delivery("eu", { receiveCount, state: stateIn(toldTags), untold: 1 }));
    }
    expect(notices).toHaveLength(1);
    expect(scene.aws.count("secretsmanager:TagResource")).toBe(writes);
  });

  test("is told of once over all deliveries of a message", async () => {
    const { scene, state } = await deadScene();
    const { serve, notices } = scene.newFunction();
    for (const receiveCount of [1, 2, 3, 4, 5]) {
      await serve(scene.delivery("eu", { receiveCount, state, untold: 1 }));
    }
    expect(notices).toHaveLength(1);
  });

  test("is told of once where the list lags behind the tags", async () => {
    const { scene, state } = await deadScene();
    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    scene.passMs(600_000);
    await serve(scene.delivery("eu", { state, untold: 1 }));
    expect(notices).toHaveLength(1);
  });

  test("isn't told of so long as the list lags so far that dispatch didn't count it", async () => {
    // Of ten thousand that began to fail at once, each may be such a one, and no other is counted.
    const { scene } = await deadScene();
    const { serve, notices } = scene.newFunction();
    await serve(scene.delivery("eu", { untold: 0 }));
    expect(notices).toEqual([]);
    await serve(tickIn(scene));
    expect(notices).toHaveLength(1);
  });

  test("isn't told of where so many do that an alarm speaks for all, and nothing is asked", async () => {
    const { scene } = await deadScene();
    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene, 21));
    expect(notices).toEqual([]);
    expect(scene.aws.requests.map(({ action }) => action)).toEqual([
      "secretsmanager:GetSecretValue",
    ]);

    await serve(tickIn(scene, 20));
    expect(notices).toHaveLength(1);
  });

  test.each<[string, (scene: Scene) => unknown]>([
    ["called for its sweep", () => ({ cluster: "eu" })],
    ["had it queued by its name", (scene) => scene.delivery("eu", { untold: undefined })],
  ])("isn't told of because somebody %s, and then is by the schedule", async (_, event) => {
    const { scene } = await deadScene();
    const { serve, notices } = scene.newFunction();
    await serve(event(scene));
    expect(notices).toEqual([]);
    await serve(tickIn(scene));
    expect(notices).toHaveLength(1);
  });
});

describe("a cluster that was told of", () => {
  test("is told to have recovered, once, and then is as if nothing had been", async () => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    const { serve, notices, tidings } = scene.newFunction();
    await expect(serve(tickIn(scene))).resolves.toEqual(done);
    expect(notices).toEqual([
      {
        cluster: "eu",
        change: "recovered",
        failingSince: new Date(failingSince),
        expiresAt: new Date(newExpiry),
      },
    ]);
    expect(tidings).toEqual(["eu recovered"]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
    await serve(tickIn(scene));
    await serve(scene.delivery("eu", { receiveCount: 2 }));
    expect(notices).toHaveLength(1);
  });

  test.each<[string, (scene: Scene) => unknown]>([
    ["by a sweep that somebody called for", () => ({ cluster: "eu" })],
    ["while many others fail", (scene) => tickIn(scene, 9_000)],
  ])("is told to have recovered, %s", async (_, event) => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    const { serve, notices } = scene.newFunction();
    await serve(event(scene));
    expect(notices).toMatchObject([{ change: "recovered" }]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("and recovered, is told of once more when it fails for long again", async () => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    await scene.newFunction().serve(tickIn(scene));
    await cluster.stop();
    const { serve, notices } = scene.newFunction();
    const told: number[] = [];
    for (let tick = 0; tick < 5; tick += 1) {
      scene.passMs(600_000);
      await serve(tickIn(scene));
      told.push(notices.length);
    }
    // Failing since the first of these ticks, and so for three schedules at the fourth.
    expect(told).toEqual([0, 0, 0, 1, 1]);
  });

  test("isn't told of to recover where it never was told to fail", async () => {
    const { scene, cluster } = await deadScene();
    await cluster.start();
    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    expect(notices).toEqual([]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });
});

describe("a sweep that has no topic, from a laptop,", () => {
  const local = { topic: undefined };

  test("mends a cluster, and leaves it to the function to tell", async () => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    await scene.newFunction(local).serve({ cluster: "eu" });
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry, "failure-told-at": now });

    scene.passMs(60_000);
    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    expect(notices).toMatchObject([
      { change: "recovered", failingSince: new Date(now), expiresAt: new Date(newExpiry) },
    ]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
    await serve(tickIn(scene));
    expect(notices).toHaveLength(1);
  });

  test("finds a cluster failing, and leaves that to the function as well", async () => {
    const { scene } = await deadScene();
    await scene.newFunction(local).serve({ cluster: "eu" });
    expect(scene.tags("eu")).toEqual({ "expires-at": expiresAt, "failing-since": failingSince });
    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    expect(notices).toMatchObject([{ change: "failing" }]);
  });

  test("mends one that fails again, of which nothing new is to be told", async () => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    await scene.newFunction(local).serve({ cluster: "eu" });
    await cluster.stop();
    const { serve, notices } = scene.newFunction();
    for (let tick = 0; tick < 5; tick += 1) {
      scene.passMs(600_000);
      await serve(tickIn(scene));
    }
    expect(notices).toEqual([]);
    await cluster.start();
    await serve(tickIn(scene));
    expect(notices).toMatchObject([{ change: "recovered" }]);
  });
});

describe("a topic that can't be told", () => {
  const topic = (tidings: string[]): RefreshPorts["topic"] => ({
    notify: () => Promise.reject(denied),
    told: () => {},
    notTold: (cluster, change, { message }) => tidings.push(`${cluster} ${change}: ${message}`),
  });

  test("of a failure is said in the log, fails no sweep, and is told by the next one", async () => {
    const { scene } = await deadScene();
    const untold: string[] = [];
    const { serve, swept } = scene.newFunction({ topic: topic(untold) });
    await serve(tickIn(scene));
    await serve(tickIn(scene));
    expect(untold).toEqual(Array(2).fill("eu failing: AWS denied sns:Publish"));
    expect(swept.map(({ failures }) => failures.map(({ kind }) => kind))).toEqual(
      Array(2).fill(["unreachable"]),
    );
    expect(scene.tags("eu")).toEqual({ "expires-at": expiresAt, "failing-since": failingSince });

    const { serve: next, notices } = scene.newFunction();
    await next(tickIn(scene));
    expect(notices).toMatchObject([{ change: "failing" }]);
  });

  test("of a recovery is said in the log, and the sweep is well", async () => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    const untold: string[] = [];
    const { serve, swept } = scene.newFunction({ topic: topic(untold) });
    await expect(serve(tickIn(scene))).resolves.toEqual(done);
    expect(untold).toEqual(["eu recovered: AWS denied sns:Publish"]);
    expect(swept).toMatchObject([{ outcome: "ok" }]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry, "failure-told-at": now });

    const { serve: next, notices } = scene.newFunction();
    await next(tickIn(scene));
    expect(notices).toMatchObject([{ change: "recovered", failingSince: new Date(now) }]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("for a bug is thrown: it is nothing that another try would mend quietly", async () => {
    const { scene } = await deadScene();
    const broken = { ...topic([]), notify: () => Promise.reject(new TypeError("a bug")) };
    const { serve } = scene.newFunction({ topic: broken as RefreshPorts["topic"] });
    await expect(serve(tickIn(scene))).rejects.toThrow(TypeError);
  });
});

describe("tags that can't be written", () => {
  test("of a failure: nothing is told by any sweep, and each of them says why", async () => {
    const { scene } = await deadScene();
    scene.aws.deny("secretsmanager:TagResource");
    const { serve, notices, swept } = scene.newFunction();
    for (let sweep = 0; sweep < 3; sweep += 1) await serve(tickIn(scene));
    expect(notices).toEqual([]);
    expect(swept.at(-1)?.failures).toMatchObject([{ kind: "unreachable" }, { kind: "store" }]);
  });

  test.each([
    ["at once", toldTags],
    ["after a sweep that has no topic", { [tag("failure-told-at")]: now }],
  ])("of a recovery, %s: nothing is told by any sweep, and each of them fails", async (_, tags) => {
    const { scene, cluster } = await deadScene(tags);
    await cluster.start();
    scene.aws.deny("secretsmanager:UntagResource");
    const { serve, notices, swept } = scene.newFunction();
    for (let sweep = 0; sweep < 3; sweep += 1) await serve(tickIn(scene));
    expect(notices).toEqual([]);
    expect(swept.at(-1)?.failures).toMatchObject([{ kind: "store" }]);
  });

  test("any more once the topic was told: the sweep fails, and so do those that follow", async () => {
    const { scene } = await deadScene();
    const { serve, swept, notices } = scene.newFunction({
      topic: {
        notify: async () => scene.aws.deny("secretsmanager:TagResource"),
        told: (cluster) => told.push(cluster),
        notTold: () => {},
      },
    });
    const told: string[] = [];
    for (let sweep = 0; sweep < 4; sweep += 1) await serve(tickIn(scene));
    expect(told).toEqual(["eu"]);
    expect(notices).toEqual([]);
    expect(swept.at(-1)?.failures).toMatchObject([{ kind: "unreachable" }, { kind: "store" }]);
  });
});

test("a cluster that is unregistered while its sweep ends is told of to nobody", async () => {
  const { scene, state } = await deadScene();
  const made = scene.newFunction();
  const { clusters } = made.ports;
  const { serve, notices } = scene.newFunction({
    clusters: { ...clusters, saveState: async () => false },
  });
  await serve(scene.delivery("eu", { state, untold: 1 }));
  expect(notices).toEqual([]);
});

class Killed extends Error {}

describe("a function that is killed", () => {
  /** Each write and each word to the topic is a step; it dies after so many of them. */
  function dyingAfter(steps: number, scene: Scene, told: string[]) {
    let left = steps;
    const step = () => {
      left -= 1;
      if (left < 0) throw new Killed();
    };
    const { clusters } = scene.newFunction().ports;
    return scene.newFunction({
      clusters: {
        ...clusters,
        async saveState(...change) {
          step();
          return clusters.saveState(...change);
        },
      },
      topic: {
        async notify({ change }) {
          step();
          told.push(change);
        },
        told: () => {},
        notTold: () => {},
      },
    });
  }

  const cases = [
    ["before it writes", 0, 1],
    ["before it tells the topic", 1, 1],
    // Nobody knows that it was told: twice is better than never.
    ["before it notes what it told", 2, 2],
    ["after that", 3, 1],
  ] as const;

  test.each(cases)("%s leaves a failure to the next one", async (_, steps, times) => {
    const { scene } = await deadScene();
    const told: string[] = [];
    await dyingAfter(steps, scene, told).serve(tickIn(scene)).catch(ifKilled);
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await dyingAfter(3, scene, told).serve(tickIn(scene));
    }
    expect(told).toEqual(Array(times).fill("failing"));
    expect(scene.tags("eu")).toEqual({
      "expires-at": expiresAt,
      "failing-since": failingSince,
      "failure-told-at": now,
    });
  });

  test.each(cases)("%s leaves a recovery to the next one", async (_, steps, times) => {
    const { scene, cluster } = await deadScene(toldTags);
    await cluster.start();
    const told: string[] = [];
    await dyingAfter(steps, scene, told).serve(tickIn(scene)).catch(ifKilled);
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await dyingAfter(3, scene, told).serve(tickIn(scene));
    }
    expect(told).toEqual(Array(times).fill("recovered"));
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });

  test("before it tells of a failure that ends meanwhile tells its end", async () => {
    const { scene, cluster } = await deadScene();
    const told: string[] = [];
    await dyingAfter(1, scene, told).serve(tickIn(scene)).catch(ifKilled);
    await cluster.start();
    await dyingAfter(3, scene, told).serve(tickIn(scene));
    expect(told).toEqual(["recovered"]);
    expect(scene.tags("eu")).toEqual({ "expires-at": newExpiry });
  });
});

function ifKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

test("the time that is left of a cluster out of reach is known with its sweep", async () => {
  const { scene } = await deadScene();
  const left: unknown[] = [];
  const { serve } = scene.newFunction({ swept: (_, until) => left.push(until) });
  await serve(tickIn(scene, 21));
  await serve({ cluster: "eu" });
  expect(left).toEqual([new Date(expiresAt), new Date(expiresAt)]);
});

test("the time that is left is known as dispatch saw it, where the tags can't be asked for", async () => {
  const { scene, state } = await deadScene();
  scene.aws.deny("secretsmanager:DescribeSecret");
  const left: unknown[] = [];
  const { serve } = scene.newFunction({ swept: (_, until) => left.push(until) });
  await serve(scene.delivery("eu", { state: { ...state, failingSince: undefined } }));
  await serve({ cluster: "eu" });
  expect(left).toEqual([new Date(expiresAt), undefined]);
});

test("a cluster that is well is told of to nobody", async () => {
  const scene = await start(["a"]);
  await scene.startCluster("eu");
  const { serve, notices } = scene.newFunction();
  await serve(scene.delivery("eu", { state: noState, untold: 0 }));
  expect(notices).toEqual([]);
});
