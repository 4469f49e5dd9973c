/**
 * Clocks that differ. What is due is judged by what our own sweeps wrote into the cluster and by our
 * own time, so the API server's clock decides nothing; that of another sweeper, such as a laptop,
 * costs a renewal at the most.
 */
import { afterEach, describe, expect, test } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { hourMs, type Scene, scenes } from "./worker-scene.ts";

const start = scenes();
const minuteMs = 60_000;
const skews = [
  ["10 minutes ahead", 10 * minuteMs],
  ["10 minutes behind", -10 * minuteMs],
  ["2 hours ahead", 2 * hourMs],
  ["2 hours behind", -2 * hourMs],
] as const;

/** One sweep in two hours: of a token's twelve, six pass until it is renewed. */
const sweepsOfADay = 12;
const renewalsOfADay = 4;

const clusters: KubernetesApi[] = [];
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
});

async function startCluster(scene: Scene, skewMs = 0): Promise<KubernetesApi> {
  const cluster = await startKubernetesApi({ now: clockOf(scene, skewMs) });
  clusters.push(cluster);
  cluster.state.createNamespace("a");
  scene.register("eu", cluster.kubeconfig());
  return cluster;
}

const clockOf = (scene: Scene, skewMs: number) => () => new Date(scene.now().getTime() + skewMs);

function newLaptop(scene: Scene, skewMs: number) {
  const now = clockOf(scene, skewMs);
  const session = createAwsSession({ region: "us-east-1", name: "laptop" });
  const credentials = createCredentials({ session, now });
  return scene.newFunction({ now, credentials, topic: undefined });
}

type Serve = (event: { readonly cluster: string }) => Promise<unknown>;

/** The secret is valid at all times, as AWS judges it, and its tag says until when. */
async function sweepForADay(scene: Scene, sweepers: readonly Serve[]): Promise<void> {
  for (let sweep = 0; sweep < sweepsOfADay; sweep += 1) {
    for (const serve of sweepers) {
      await expect(serve({ cluster: "eu" })).resolves.toMatchObject({ outcome: "ok" });
    }
    const expiresAt = Date.parse(scene.tags("eu")["expires-at"] ?? "");
    expect(scene.aws.tokens.map((each) => each.expiresAt.getTime())).toContain(expiresAt);
    scene.passMs(2 * hourMs);
    expect(expiresAt).toBeGreaterThan(scene.now().getTime());
  }
}

const writesTo = ({ requests }: KubernetesApi) =>
  requests.filter(({ method }) => method === "PATCH").length;

describe.each(skews)("an API server whose clock is %s", (_, skewMs) => {
  test("gets what it would get by the right time, and no more often", async () => {
    const scene = await start();
    const cluster = await startCluster(scene, skewMs);
    await sweepForADay(scene, [scene.newFunction().serve]);
    expect(writesTo(cluster)).toBe(renewalsOfADay);
    expect(scene.aws.tokens).toHaveLength(renewalsOfADay);
  });
});

describe("a laptop that swept first", () => {
  test.each(skews)("by a clock %s costs one renewal at the most", async (_, skewMs) => {
    const scene = await start();
    const cluster = await startCluster(scene);
    await newLaptop(scene, skewMs).serve({ cluster: "eu" });
    const { serve } = scene.newFunction();
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await expect(serve({ cluster: "eu" })).resolves.toMatchObject({ outcome: "ok" });
      scene.passMs(10 * minuteMs);
    }
    // A stamp from the future isn't believed; one from the past is only due sooner.
    expect(writesTo(cluster)).toBe(skewMs > 0 ? 2 : 1);
  });
});

test("a laptop two hours ahead and the function, in turns, make no storm", async () => {
  const scene = await start();
  const cluster = await startCluster(scene);
  const sweepers = [newLaptop(scene, 2 * hourMs).serve, scene.newFunction().serve];
  await sweepForADay(scene, sweepers);
  // Whenever it is the laptop's turn to renew, the function doesn't believe it.
  expect(writesTo(cluster)).toBeLessThanOrEqual(3 * renewalsOfADay);
});

test("a failure that a clock two hours ahead noted is told of after three schedules all the same", async () => {
  const scene = await start();
  scene.register("eu", "not a kubeconfig");
  await newLaptop(scene, 2 * hourMs).serve({ cluster: "eu" });
  expect(scene.tags("eu")).toEqual({ "failing-since": "2026-11-21T14:00:00Z" });
  const { serve, notices } = scene.newFunction();
  const told: number[] = [];
  for (let tick = 0; tick < 5; tick += 1) {
    const state = (await scene.newFunction().ports.clusters.describe("eu"))?.state;
    await serve(scene.delivery("eu", { state, untold: 1 }));
    told.push(notices.length);
    scene.passMs(10 * minuteMs);
  }
  expect(told).toEqual([0, 0, 0, 1, 1]);
  expect(scene.tags("eu")).toHaveProperty("failing-since", "2026-11-21T12:00:00Z");
});
