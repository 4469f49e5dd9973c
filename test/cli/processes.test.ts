/** As a process of its own, each command says and answers just what the other tests see it say. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeployedScene, startDeployedScene } from "./deployed-scene.ts";
import { transcript } from "./golden.ts";

let scene: DeployedScene;
beforeAll(async () => {
  scene = await startDeployedScene();
  await scene.deploy("prod");
  scene.register("prod", "eu");
  await scene.write("it's good.yml", scene.config);
});
afterAll(() => scene[Symbol.asyncDispose]());

const place = ["--stage", "prod", "--kubeconfig", "cluster.yaml", "--dry-run"];
const cases: readonly (readonly [exitCode: number, args: readonly string[]])[] = [
  [0, ["register", "new", ...place]],
  [0, ["list", "--stage", "prod", "--output", "json"]],
  [0, ["status", "eu", "--stage", "prod"]],
  [0, ["plan", "--local", "--kubeconfig", "cluster.yaml", "--namespaces", "shop; team-?"]],
  [0, ["refresh", "eu", "--stage", "prod", "--dry-run"]],
  [1, ["check", "eu", "--stage", "prod"]],
  [0, ["unregister", "eu", ...place]],
  [1, ["validate", "it's good.yml", "no where.yml"]],
  [2, ["refrehs"]],
];

describe.concurrent("a process of its own", () => {
  test.each(cases)("ends with %i after %j", async (exitCode, args) => {
    const alone = await scene.runProcess(args);
    const here = await scene.run(args);
    expect(transcript(alone)).toBe(transcript(here));
    expect(alone.exitCode).toBe(exitCode);
  });

  test("is tried with every command that there is", async () => {
    const { stdout } = await scene.run(["--help"]);
    const [, commands = ""] = stdout.split("Commands:\n");
    const names = [...commands.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    const tried = new Set(cases.map(([, [name]]) => name));
    expect(names).toHaveLength(8);
    expect(names.filter((name) => !tried.has(name))).toEqual([]);
  });
});
