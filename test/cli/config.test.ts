import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { expectGolden } from "./golden.ts";
import { type Scene, startScene } from "./scene.ts";

const good = `
pullSecrets:
  - name: ecr-pull
    namespaces: [web]
    registries: [{ type: ecr, region: us-east-1 }]
`;
const several = `
schedule: rate(90 minutes)
pullSecrets:
  - name: Ecr_Pull
    namespace: web
    serviceAccounts: []
    registries:
      - { type: ecr, region: us-east }
      - { type: ecr, region: eu-west-1, roleArn: "arn:aws:iam::1:role/pull" }
`;
const withKey = `
aws: { kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
${good}`;
const elsewhere = `
pullSecrets:
  - name: ecr-pull
    clusters: ["prod-*"]
    registries: [{ type: ecr, region: us-east-1 }]
`;

let scene: Scene;
beforeAll(async () => {
  scene = await startScene(["web"]);
  await scene.write("good.yml", good);
  await scene.write("several.yml", several);
  await scene.write("with-key.yml", withKey);
  await scene.write("elsewhere.yml", elsewhere);
  await scene.write("broken.yml", "pullSecrets:\n  - name: [ecr-pull\n    registries: }\n");
  await scene.write("anchors.yml", explodingAnchors());
  await scene.write("big.yml", `# ${"x".repeat(10_000_000)}\n${good}`);
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** Nine levels of nine: a few hundred bytes that would be 3 GB. */
function explodingAnchors(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const nine = Array.from({ length: 9 }, () => (level === 0 ? "x" : `*l${level - 1}`));
    return `l${level}: &l${level} [${nine.join(", ")}]`;
  });
  return `${levels.join("\n")}\npullSecrets: *l8\n`;
}

describe.concurrent("validate", () => {
  test.each([
    ["validate-ok", 0, ["good.yml"]],
    ["validate-key", 0, ["with-key.yml"]],
    ["validate-several-files", 1, ["good.yml", "several.yml", "elsewhere.yml"]],
    ["validate-broken-yaml", 1, ["broken.yml"]],
    ["validate-anchors", 1, ["anchors.yml"]],
    ["validate-big", 1, ["big.yml"]],
    ["validate-missing", 1, ["nowhere.yml"]],
  ])("%s", async (name, exitCode, files) => {
    const finished = await scene.run(["validate", ...files]);

    await expectGolden(name, finished);
    expect(finished.exitCode).toBe(exitCode);
  });

  test("checks the repository's own configs when no file is named", async () => {
    const finished = await scene.run(["validate"], { cwd: scene.repository });

    expect(finished).toMatchObject({ exitCode: 0, stderr: "" });
    expect(finished.stdout).toMatch(/✔ config\/dev\.yml .*\n✔ config\/prod\.yml /);
  });

  test("prints every problem of every file as JSON", async () => {
    const args = ["validate", "good.yml", "several.yml", "--output", "json"];
    const finished = await scene.run(args);

    expect(finished).toMatchObject({ exitCode: 1, stderr: "" });
    const problem = z.strictObject({
      file: z.literal("several.yml"),
      path: z.string(),
      line: z.number().int().positive(),
      message: z.string(),
    });
    const result = z.strictObject({ file: z.string(), problems: z.array(problem) });
    const results = z.array(result).parse(JSON.parse(finished.stdout));
    expect(results.map(({ file, problems }) => [file, problems.map(({ path }) => path)])).toEqual([
      ["good.yml", []],
      [
        "several.yml",
        [
          "schedule",
          "pullSecrets[0].name",
          "pullSecrets[0].namespace",
          "pullSecrets[0].serviceAccounts",
          "pullSecrets[0].registries[0].region",
          "pullSecrets[0].registries[1].roleArn",
        ],
      ],
    ]);
  });
});

describe.concurrent("a config that a sweep can't use ends it before it reaches anybody", () => {
  test.each([
    ["config-several-problems", 1, ["--config", "several.yml"]],
    ["config-missing-stage", 1, ["--stage", "staging"]],
    ["config-hostile-stage", 2, ["--stage", "../../etc/passwd"]],
  ])("%s", async (name, exitCode, flags) => {
    const finished = await scene.run(["refresh", ...scene.target, "--yes", ...flags]);

    await expectGolden(name, finished);
    expect(finished).toMatchObject({ exitCode, stdout: "" });
    expect(scene.cluster.requests).toEqual([]);
  });
});

test("a config that isn't for this cluster is a wrong command line", async () => {
  const finished = await scene.run([
    ...["refresh", ...scene.target, "--yes"],
    ...["--config", "elsewhere.yml"],
  ]);

  await expectGolden("config-for-other-clusters", finished);
  expect(finished).toMatchObject({ exitCode: 2, stdout: "" });
});
