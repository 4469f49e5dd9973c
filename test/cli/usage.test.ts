import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectGolden } from "./golden.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe.concurrent("help", () => {
  test.each([
    ["help", ["--help"]],
    ["help-register", ["register", "--help"]],
    ["help-refresh", ["refresh", "--help"]],
    ["help-plan", ["plan", "--help"]],
    ["help-validate", ["validate", "--help"]],
    ["help-list", ["list", "--help"]],
    ["help-status", ["status", "--help"]],
    ["help-check", ["check", "--help"]],
    ["help-unregister", ["unregister", "--help"]],
    ["no-command", []],
  ])("%s", async (name, args) => {
    const finished = await scene.run(args);
    const lines = finished.stdout.split("\n");
    expect(lines.filter(({ length }) => length > 80)).toEqual([]);
    await expectGolden(name, finished);
  });

  test("--version is that of the package", async () => {
    const { version } = JSON.parse(await readFile(join(scene.repository, "package.json"), "utf8"));
    const finished = await scene.run(["--version"]);
    expect(finished).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe.concurrent("a wrong command line ends with 2, before anything is asked of anybody", () => {
  const target = ["--local", "--kubeconfig", "cluster.yaml"];
  const refresh = ["refresh", ...target, "--yes"];

  test.each([
    ["usage-unknown-command", ["refrehs"]],
    ["usage-unknown-option", [...refresh, "--namespace", "web"]],
    ["usage-option-without-value", [...refresh, "--name"]],
    ["usage-name-and-kubeconfig", ["plan", ...target, "prod-eu"]],
    ["usage-output-format", ["plan", ...target, "--output", "yaml"]],
    ["usage-no-terminal", ["refresh", ...target]],
    ["usage-no-terminal-for-all", ["refresh"]],
    ["usage-context-without-local", ["plan", "--context", "fake"]],
    ["usage-flags-and-config", [...refresh, "--stage", "prod", "--namespaces", "web"]],
    ["usage-flags-and-config-file", [...refresh, "--config", "own.yml", "--adopt"]],
    ["usage-region-hostile", [...refresh, "--region", "us-east-1.evil.example/"]],
    ["usage-several-flags", [...refresh, "--name", "a/b", "--namespaces", "-, Web, team-[ab]"]],
    ["usage-cluster-name", ["status", "prod-eu", "../prod-us"]],
    ["usage-image", ["check", "prod-eu", "--image", "https://ghcr.io/team/app"]],
  ])("%s", async (name, args) => {
    const finished = await scene.run(args);

    expect(finished).toMatchObject({ exitCode: 2, stdout: "" });
    await expectGolden(name, finished);
    expect(scene.aws.requests).toEqual([]);
    expect(scene.cluster.requests).toEqual([]);
  });

  test("usage-no-region", async () => {
    const env = { AWS_REGION: undefined };
    const finished = await scene.run(refresh, { env });

    expect(finished).toMatchObject({ exitCode: 2, stdout: "" });
    await expectGolden("usage-no-region", finished);
  });
});
