/** Clusters that the function leaves to a runner inside their network, and that runner's sweeps. */
import { describe, expect, test } from "vitest";
import { checkReportSchema } from "../../../src/checks/check-report-schema.ts";
import { readState } from "../../../src/clusters/record-state.ts";
import { startDeadline } from "../../../src/deadline.ts";
import { serveDirect } from "../../../src/worker/serve-refresh.ts";
import { done, type Scene, scenes } from "./worker-scene.ts";

const start = scenes();
const tag = (name: string) => `ecr-pull-secrets:${name}`;
const local = { isLocal: (cluster: string) => cluster === "factory" };
const before = "2026-11-21T11:30:00Z";
const now = "2026-11-21T12:00:00Z";
const newExpiry = "2026-11-22T00:00:00Z";
const failingTags = {
  [tag("failing-since")]: before,
  [tag("expires-at")]: "2026-11-21T20:00:00Z",
};
const toldTags = { ...failingTags, [tag("failure-told-at")]: now };

async function factoryScene(tags: Readonly<Record<string, string>> = {}) {
  const scene = await start(["a"]);
  return { scene, factory: await scene.startCluster("factory", tags) };
}

/** As somebody inside does it, with `refresh factory --local`. */
async function runnerSweeps(scene: Scene): Promise<unknown> {
  const { ports } = scene.newFunction({ ...local, topic: undefined });
  using time = startDeadline({ limitMs: 5_000, marginMs: 500 });
  return await serveDirect({ cluster: "factory", mode: "sweep" }, { ports, time });
}

/** A message of a tick of the schedule, once the config doesn't call it local any more. */
function tickIn(scene: Scene) {
  const tags = Object.entries(scene.tags("factory"));
  const state = readState(tags.map(([name, Value]) => ({ Key: tag(name), Value })));
  return scene.delivery("factory", { state, untold: 1 });
}

describe("the function leaves a local cluster alone", () => {
  test("by a message that was queued before it became one", async () => {
    const { scene, factory } = await factoryScene(failingTags);
    const { serve, swept, skipped } = scene.newFunction(local);
    await expect(serve(scene.delivery("factory"))).resolves.toEqual(done);
    expect(skipped).toEqual(["factory local"]);
    expect([swept, factory.requests, scene.aws.requests]).toEqual([[], [], []]);
  });

  test.each(["sweep", "plan", "status"])("by a direct %s, which it answers so", async (mode) => {
    const { scene, factory } = await factoryScene();
    const { serve, skipped } = scene.newFunction(local);
    await expect(serve({ cluster: "factory", mode })).resolves.toEqual({
      cluster: "factory",
      outcome: "local",
    });
    expect(skipped).toEqual(["factory local"]);
    expect([factory.requests, scene.aws.requests]).toEqual([[], []]);
  });

  test("and no other", async () => {
    const { scene } = await factoryScene();
    const eu = await scene.startCluster("eu");
    await expect(scene.newFunction(local).serve(scene.delivery("eu"))).resolves.toEqual(done);
    expect(eu.state.secretsNamed("ecr-pull").size).toBe(1);
  });
});

describe("a direct check of a local cluster", () => {
  const isWaiting = { result: "skipped", message: expect.stringMatching(/^waits for: the fun/) };

  test("judges what its record tells, and goes nowhere", async () => {
    const { scene, factory } = await factoryScene({ [tag("expires-at")]: newExpiry });
    const answer = await scene.newFunction(local).serve({ cluster: "factory", mode: "check" });
    const { checks, outcome } = checkReportSchema.parse(answer);
    expect(outcome).toBe("ok");
    const found = Map.groupBy(checks, ({ result, message }) =>
      message?.startsWith("waits for: ") ? "waiting" : result,
    );
    expect(found.get("ok")?.map(({ check }) => check)).toEqual([
      "the record can be read",
      "the record's kubeconfig is accepted",
      "the credential lives long enough",
      "the config has pull secrets for this cluster",
      "the last sweep went well",
    ]);
    expect(found.get("skipped")).toEqual([
      {
        group: "network",
        check: "the functions look after this cluster",
        result: "skipped",
        message: "localClusters leaves it to a runner inside its network",
        hint: "from a place that reaches it: ecr-pull-secrets check factory --local --stage dev",
      },
      expect.objectContaining({ check: "the rights are those that the config asks for" }),
    ]);
    const waiting = found.get("waiting") ?? [];
    expect(waiting).toHaveLength(11);
    for (const check of waiting) expect(check).toMatchObject(isWaiting);
    expect(factory.requests).toEqual([]);
    expect(new Set(scene.aws.requests.map(({ action }) => action))).toEqual(
      new Set(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]),
    );
  });

  test("fails where the runner's sweeps do, and says what to do there", async () => {
    const { scene } = await factoryScene(failingTags);
    await expect(
      scene.newFunction(local).serve({ cluster: "factory", mode: "check" }),
    ).resolves.toMatchObject({
      outcome: "failed",
      checks: expect.arrayContaining([
        expect.objectContaining({
          check: "the last sweep went well",
          result: "failed",
          hint: "sweep now, and see why: ecr-pull-secrets refresh factory --local --stage dev",
        }),
      ]),
    });
  });

  test("that nobody has swept yet names who does", async () => {
    const { scene } = await factoryScene();
    await expect(
      scene.newFunction(local).serve({ cluster: "factory", mode: "check" }),
    ).resolves.toMatchObject({
      outcome: "ok",
      checks: expect.arrayContaining([
        expect.objectContaining({ hint: expect.stringMatching(/^its runner does it, or: ecr/) }),
      ]),
    });
  });

  test("that isn't registered says so", async () => {
    const scene = await start();
    const { serve } = scene.newFunction(local);
    await expect(serve({ cluster: "factory", mode: "check" })).resolves.toEqual({
      cluster: "factory",
      outcome: "unregistered",
    });
  });
});

describe("a runner's sweep of a local cluster", () => {
  test("renews, and notes what it found as the function does", async () => {
    const { scene, factory } = await factoryScene(failingTags);
    await expect(runnerSweeps(scene)).resolves.toMatchObject({ outcome: "ok" });
    expect(factory.state.secretsNamed("ecr-pull").size).toBe(1);
    expect(scene.tags("factory")).toEqual({ "expires-at": newExpiry });
  });

  test("that fails marks it, for the alarm on all clusters", async () => {
    const { scene, factory } = await factoryScene();
    await factory.stop();
    await expect(runnerSweeps(scene)).resolves.toMatchObject({ outcome: "failed" });
    expect(scene.tags("factory")).toEqual({ "failing-since": now });
  });

  test("ends what was told before it became local, and nobody tells that it recovered", async () => {
    const { scene } = await factoryScene(toldTags);
    await runnerSweeps(scene);
    expect(scene.tags("factory")).toEqual({ "expires-at": newExpiry });

    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    expect(notices).toEqual([]);
  });

  test("ends it also where somebody without a topic mended it before", async () => {
    const { scene } = await factoryScene({ [tag("failure-told-at")]: now });
    await runnerSweeps(scene);
    expect(scene.tags("factory")).toEqual({ "expires-at": newExpiry });
  });

  test("keeps what was told so long as it fails, and the function tells the end of it", async () => {
    const { scene, factory } = await factoryScene(toldTags);
    await factory.stop();
    await runnerSweeps(scene);
    expect(scene.tags("factory")).toHaveProperty("failure-told-at", now);

    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    expect(notices).toEqual([]);
    await factory.start();
    await serve(tickIn(scene));
    expect(notices).toMatchObject([{ change: "recovered", failingSince: new Date(before) }]);
  });

  test("keeps nobody from telling of a failure once the cluster is the function's again", async () => {
    const { scene, factory } = await factoryScene(toldTags);
    await runnerSweeps(scene);
    await factory.stop();
    scene.passMs(3_600_000);
    await runnerSweeps(scene);
    scene.passMs(1_800_000);

    const { serve, notices } = scene.newFunction();
    await serve(tickIn(scene));
    const failingSince = new Date("2026-11-21T13:00:00Z");
    expect(notices).toMatchObject([{ change: "failing", failingSince }]);
  });
});
