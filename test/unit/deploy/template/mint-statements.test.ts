import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/load.ts";
import { mintStatements } from "../../../../src/deploy/template/mint-statements.ts";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const ecr = (region: string, more: object = {}) => ({ type: "ecr", region, ...more });

/** As CloudFormation gets it. */
const repositories = (region: string, account = `\${AWS::AccountId}`, name = "*") => ({
  "Fn::Sub": `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${name}`,
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
