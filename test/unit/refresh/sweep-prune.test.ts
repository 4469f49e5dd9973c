/** Secrets of ours that the config no longer wants: reported, or deleted a few at a time. */
import { describe, expect, test } from "vitest";
import { calls, numbered, type Scene, scenes, usualRights } from "./sweep-scene.ts";

const startScene = scenes();
const wanted = ["keep-1", "keep-2"];
const narrowed = (more: object = {}) => [{ namespaces: { include: ["keep-*"] }, ...more }];
const pruning = narrowed({ prune: true });

const holding = ({ cluster }: Scene) => [...cluster.state.secretsNamed("ecr-pull").keys()].sort();

/** So many secrets, of which two are wanted later. */
async function startSpread(size: number) {
  const scene = await startScene({ namespaces: [...wanted, ...numbered(size - 2)] });
  await scene.sweep();
  scene.cluster.forgetRequests();
  return scene;
}

test("without prune, orphans are reported and stay", async () => {
  const scene = await startSpread(5);
  const report = await scene.sweep({ pullSecrets: narrowed() });
  expect(report).toMatchObject({ outcome: "ok", counts: { current: 2, deleted: 0 } });
  expect(report.notices.map(({ kind, namespace }) => `${kind} ${namespace}`)).toEqual([
    "orphaned team-1",
    "orphaned team-2",
    "orphaned team-3",
  ]);
  expect(holding(scene)).toHaveLength(5);
});

describe("with prune", () => {
  test("at most a fifth goes per sweep, until only the wanted ones are left", async () => {
    const scene = await startSpread(20);
    const left: number[] = [];
    for (let sweeps = 0; sweeps < 20; sweeps += 1) {
      const report = await scene.sweep({ pullSecrets: pruning });
      expect(report).toMatchObject({ outcome: "ok", counts: { current: 2 } });
      left.push(holding(scene).length);
    }
    expect(left).toEqual([16, 13, 11, 9, 8, 7, 6, 5, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(holding(scene)).toEqual(wanted);
    expect(calls(scene)["delete secrets"]).toBe(18);
  });

  test("what waits for a later sweep is said", async () => {
    const scene = await startSpread(12);
    const report = await scene.sweep({ pullSecrets: pruning });
    expect(report.counts.deleted).toBe(2);
    expect(report.deletions).toHaveLength(2);
    expect(new Set(report.notices.map(({ kind }) => kind))).toEqual(new Set(["prune-held"]));
    expect(report.notices).toHaveLength(8);
  });

  test("a secret that was made anew between the list and the delete survives", async () => {
    const scene = await startSpread(3);
    const data = { mine: "1" };
    const between = () => {
      scene.cluster.state.deleteSecret("team-1", "ecr-pull");
      scene.cluster.state.createSecret("team-1", "ecr-pull", { data });
    };
    const report = await scene.sweep({ pullSecrets: pruning, between });
    expect(report).toMatchObject({ outcome: "ok", counts: { deleted: 0 } });
    expect(scene.cluster.state.secretData("team-1", "ecr-pull")).toEqual(data);
  });

  test.each([
    ["the secret", (scene: Scene) => scene.cluster.state.deleteSecret("team-1", "ecr-pull")],
    ["the namespace", (scene: Scene) => scene.cluster.state.removeNamespace("team-1")],
  ])("%s that went by itself meanwhile is no failure", async (_, remove) => {
    const scene = await startSpread(3);
    const report = await scene.sweep({ pullSecrets: pruning, between: () => remove(scene) });
    expect(report).toMatchObject({ outcome: "ok", counts: { deleted: 0 } });
  });

  test("foreign secrets and other owners' are no orphans", async () => {
    const scene = await startScene({ namespaces: [...wanted, ...numbered(4)] });
    await scene.sweep({ pullSecrets: narrowed() });
    await scene.sweep({ pullSecrets: [{ namespaces: "team-1" }], stage: "other" });
    scene.cluster.state.createSecret("team-2", "ecr-pull", { data: { a: "1" } });
    const report = await scene.sweep({ pullSecrets: pruning });
    expect(report).toMatchObject({
      outcome: "ok",
      counts: { current: 2, deleted: 0 },
      notices: [],
    });
    expect(holding(scene)).toEqual([...wanted, "team-1", "team-2"]);
  });

  test("without the right to delete, it is reported, and the rest is done", async () => {
    const rights = usualRights.map((rule) => ({
      ...rule,
      verbs: rule.verbs.filter((verb) => verb !== "delete"),
    }));
    const scene = await startScene({ namespaces: [...wanted, "team-1"], rights });
    await scene.sweep();
    scene.passHours(6.1);
    const report = await scene.sweep({ pullSecrets: pruning });
    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 2, deleted: 0 } });
    expect(report.failures).toMatchObject([{ kind: "forbidden", namespaces: ["team-1"] }]);
    expect(holding(scene)).toEqual([...wanted, "team-1"]);
  });

  test("a secret that is being deleted already isn't deleted again", async () => {
    const scene = await startSpread(3);
    const finalizers = { metadata: { finalizers: ["example.com/wait"] } };
    scene.cluster.state.editSecret("team-1", "ecr-pull", finalizers);
    scene.cluster.state.deleteSecret("team-1", "ecr-pull");
    await scene.sweep({ pullSecrets: pruning });
    expect(calls(scene)).not.toHaveProperty("delete secrets");
  });
});
