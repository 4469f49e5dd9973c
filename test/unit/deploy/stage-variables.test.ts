import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { stageVariables } from "../../../src/deploy/stage-variables.ts";
import { mintStatements } from "../../../src/deploy/template/mint-statements.ts";
import { ConfigError } from "../../../src/errors.ts";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const ecr = (region: string, more: object = {}) => ({ type: "ecr", region, ...more });

/** As CloudFormation gets it. */
const repositories = (region: string, account = `\${AWS::AccountId}`) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/*`,
});
const getToken = { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: "*" };
const pull = (...Resource: object[]) => ({
  Effect: "Allow",
  Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  Resource,
});
const assume = (...Resource: string[]) => ({
  Effect: "Allow",
  Action: ["sts:AssumeRole"],
  Resource,
});

describe("the statements that a config needs", () => {
  test.each<[string, object[], object[]]>([
    [
      "of its own account's registry",
      [ecr("us-east-1")],
      [getToken, pull(repositories("us-east-1"))],
    ],
    [
      "of several regions",
      [ecr("us-east-1"), ecr("eu-west-1")],
      [getToken, pull(repositories("us-east-1"), repositories("eu-west-1"))],
    ],
    [
      "of other accounts, by the function's own role",
      [ecr("us-east-1", { accounts: ["111122223333", "444455556666"] })],
      [
        getToken,
        pull(repositories("us-east-1", "111122223333"), repositories("us-east-1", "444455556666")),
      ],
    ],
    [
      "of a role, which brings its own rights: only to assume it",
      [ecr("us-east-1", { roleArn: role("pull") })],
      [assume(role("pull"))],
    ],
    [
      "of both",
      [ecr("us-east-1"), ecr("eu-west-1", { roleArn: role("pull"), accounts: ["444455556666"] })],
      [getToken, pull(repositories("us-east-1")), assume(role("pull"))],
    ],
    [
      "of several roles",
      [ecr("us-east-1", { roleArn: role("a") }), ecr("eu-west-1", { roleArn: role("b") })],
      [assume(role("a"), role("b"))],
    ],
  ])("%s", (_, registries, statements) => {
    expect(statementsOf([registries])).toEqual(statements);
  });

  test("name nothing twice, however many pull secrets ask for it", () => {
    const registries = [
      ecr("us-east-1"),
      ecr("eu-west-1", { roleArn: role("pull") }),
      ecr("us-east-1", { accounts: ["444455556666"], endpoints: ["ipv4", "fips"] }),
    ];
    expect(statementsOf([registries, registries, [ecr("us-east-1")]])).toEqual([
      getToken,
      pull(repositories("us-east-1"), repositories("us-east-1", "444455556666")),
      assume(role("pull")),
    ]);
  });

  test("hold no way to write, and no resource of * but the token's, for which AWS has none", () => {
    const statements = statementsOf([[ecr("us-east-1"), ecr("eu-west-1", { roleArn: role("a") })]]);
    for (const { Action, Resource } of statements.slice(1)) {
      expect(Action.join()).not.toMatch(/\*|Put|Create|Delete|Upload/);
      expect(Resource).not.toContain("*");
    }
  });

  const base = [ecr("us-east-1")];
  test.each<[string, object[]]>([
    ["another region", [ecr("eu-west-1")]],
    ["one more region", [...base, ecr("eu-west-1")]],
    ["another account", [ecr("us-east-1", { accounts: ["444455556666"] })]],
    ["a role", [ecr("us-east-1", { roleArn: role("pull") })]],
  ])("change with %s", (_, registries) => {
    expect(statementsOf([registries])).not.toEqual(statementsOf([base]));
  });

  test("don't change with other hosts of the same registry", () => {
    const registries = [ecr("us-east-1", { endpoints: ["dual-stack", "fips"] })];
    expect(statementsOf([registries])).toEqual(statementsOf([base]));
  });

  test("don't change with what AWS has no part in", () => {
    const other = { namespaces: ["apps"], serviceAccounts: ["default"], clusters: ["prod-*"] };
    const config = parse([{ ...other, name: "pull", registries: base, adopt: true, prune: true }]);
    expect(mintStatements(config)).toEqual(statementsOf([base]));
  });
});

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
    await expect(stageVariables(stage)).resolves.toEqual({
      configFile: `config/${stage}.yml`,
      schedule: "rate(10 minutes)",
      mintStatements: [getToken, pull(repositories("us-east-1"))],
    });
  });

  test("of a stage without a config name the stages that have one", async () => {
    const failure = stageVariables("staging");
    await expect(failure).rejects.toBeInstanceOf(ConfigError);
    await expect(failure).rejects.toThrow(
      "config/staging.yml: no such file: expected config/dev.yml or config/prod.yml",
    );
  });

  test("of a bad config name every problem, with file, line and path", async () => {
    const text =
      'schedule: cron(0 * * * ? *)\npullSecrets:\n  - name: "Ecr_Pull"\n    registries: []\n';
    const error: unknown = await stageVariables(await stageOf(text)).catch((reason) => reason);
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

  test("that Serverless asks for are those of the stage", async () => {
    await expect(variables("dev")).resolves.toEqual(await stageVariables("dev"));
  });
});

/** As Serverless loads it. */
function variables(stage: string): Promise<unknown> {
  const load = createRequire(import.meta.url)("../../../src/deploy/variables.cjs");
  return load({
    resolveVariable: async (name: string) => (name === "sls:stage" ? stage : undefined),
  });
}

function statementsOf(pullSecrets: readonly (readonly object[])[]) {
  return mintStatements(
    parse(pullSecrets.map((registries, index) => ({ name: `pull-${index}`, registries }))),
  );
}

function parse(pullSecrets: readonly object[]) {
  const namespaced = pullSecrets.map((each) => ({ namespaces: ["*"], ...each }));
  const config = { schedule: "rate(10 minutes)", pullSecrets: namespaced };
  return parseConfig(JSON.stringify(config), "config/test.yml");
}
