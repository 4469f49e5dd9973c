import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { stageVariables } from "../../../src/deploy/stage-variables.ts";
import { stackTemplate } from "../../../src/deploy/template/template.ts";
import { ConfigError } from "../../../src/errors.ts";

const region = "us-east-1";

describe("a stage's variables", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stage-variables-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A stage whose config is in a folder of the test's. */
  async function stageOf(text: string): Promise<string> {
    const file = join(folder, "bad.yml");
    await writeFile(file, text);
    return relative(resolve("config"), file).replace(/\.yml$/, "");
  }

  test.each(["dev", "prod"])("of %s come from the config that is shipped", async (stage) => {
    const config = await loadConfig(`config/${stage}.yml`);
    await expect(stageVariables(stage, region)).resolves.toEqual({
      configFile: `config/${stage}.yml`,
      schedule: "rate(10 minutes)",
      scheduleMinutes: 10,
      dispatchEnvironment: { LOCAL_CLUSTERS: "[]" },
      maximumConcurrency: 50,
      logRetentionDays: 30,
      tags: {},
      stack: stackTemplate({ stage, config }),
    });
  });

  test("of a stage without a config name the stages that have one", async () => {
    const failure = stageVariables("staging", region);
    await expect(failure).rejects.toBeInstanceOf(ConfigError);
    await expect(failure).rejects.toThrow(
      "config/staging.yml: no such file; there are config/dev.yml and config/prod.yml",
    );
  });

  test("of a bad config name every problem, with file, line and path", async () => {
    const text =
      'schedule: cron(0 * * * ? *)\npullSecrets:\n  - name: "Ecr_Pull"\n    registries: []\n';
    const error: unknown = await stageVariables(await stageOf(text), region).catch(
      (reason) => reason,
    );
    if (!(error instanceof ConfigError))
      throw new Error("expected a ConfigError", { cause: error });
    const found = error.problems.map(({ path, line }) => `${line} ${path}`);
    expect(found).toEqual(
      expect.arrayContaining([
        "1 schedule",
        "3 pullSecrets[0].name",
        "4 pullSecrets[0].registries",
      ]),
    );
  });

  test("that Serverless asks for fail with the message, in place of a stack", async () => {
    const stage = await stageOf("schedule: rate(10 minutes)\n");
    const error: unknown = await variables(stage).catch((reason) => reason);
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(error instanceof Error && error.stack).toMatch(/^\n\n\S*bad\.yml:.*pullSecrets/);
    expect(error instanceof Error && error.stack).not.toMatch(/\n\s+at /);
  });

  test("that Serverless asks for a stage that can't be deployed fail with the message as well", async () => {
    // No stack has a slash in its name.
    const config = "pullSecrets: [{ name: a, registries: [{ type: ecr, region: us-east-1 }] }]\n";
    const error: unknown = await variables(await stageOf(config)).catch((reason) => reason);
    expect(error).toMatchObject({ name: "StageError" });
    expect(error instanceof Error && error.stack).toMatch(
      /^\n\na stage can't be called .*\n\nRename/,
    );
    expect(error instanceof Error && error.stack).not.toMatch(/\n\s+at /);
  });

  test("that Serverless asks for are those of the stage", async () => {
    await expect(variables("dev")).resolves.toEqual(await stageVariables("dev", region));
  });
});

/** As Serverless loads it. */
function variables(stage: string): Promise<unknown> {
  const known: Record<string, string> = { "sls:stage": stage, "self:provider.region": region };
  const load = createRequire(import.meta.url)("../../../src/deploy/variables.cjs");
  return load({
    resolveVariable: async (name: string) => known[name],
  });
}
