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

const getPublicToken = {
  Effect: "Allow",
  Action: ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
  Resource: "*",
};
const ecrPublic = (more: object = {}) => ({ type: "ecr-public", ...more });
const kept = (secretId: string, more: object = {}) => ({
  type: "static",
  host: "ghcr.io",
  secretId,
  ...more,
});
const ownSecret = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
});
const read = (...Resource: (object | string)[]) => ({
  Effect: "Allow",
  Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
  Resource,
});
const decrypt = (Resource: string, by: object | string) => ({
  Effect: "Allow",
  Action: ["kms:Decrypt"],
  Resource,
  Condition: {
    StringLike: { "kms:ViaService": [by] },
  },
});
const hereByName = { "Fn::Sub": `secretsmanager.\${AWS::Region}.*` };
const keyArn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
const theirKeyArn = "arn:aws:kms:eu-west-1:444455556666:key/5678efab";
const theirSecret = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:hub";

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
    ["of ECR Public, by the function's own role", [ecrPublic()], [getPublicToken]],
    [
      "of ECR Public, by a role: only to assume it",
      [ecrPublic({ roleArn: role("public") })],
      [assume(role("public"))],
    ],
    [
      "of ECR Public beside a private registry",
      [ecr("us-east-1"), ecrPublic()],
      [getToken, pull(repositories("us-east-1")), getPublicToken],
    ],
    [
      "of a kept login: its secret, with the six characters that AWS puts behind the name",
      [kept("registries/ghcr")],
      [read(ownSecret("registries/ghcr"))],
    ],
    [
      "of a kept login whose name ends like an ARN's",
      [kept("registries/ghcr-abcdef")],
      [read(ownSecret("registries/ghcr-abcdef"))],
    ],
    [
      "of a kept login by its whole ARN: just that",
      [kept(`${theirSecret}-AbCdE1`)],
      [read(`${theirSecret}-AbCdE1`)],
    ],
    [
      "of a kept login by an ARN without its end",
      [kept(theirSecret)],
      [read(`${theirSecret}-??????`)],
    ],
    [
      "of kept logins with keys of their own: to decrypt by way of Secrets Manager in their regions",
      [
        kept("registries/ghcr", { kmsKeyArn: keyArn }),
        kept("registries/quay", { host: "quay.io", kmsKeyArn: keyArn }),
        kept(`${theirSecret}-AbCdE1`, { host: "docker.io", kmsKeyArn: theirKeyArn }),
      ],
      [
        read(ownSecret("registries/ghcr"), ownSecret("registries/quay"), `${theirSecret}-AbCdE1`),
        decrypt(keyArn, hereByName),
        decrypt(theirKeyArn, "secretsmanager.eu-west-1.*"),
      ],
    ],
  ])("%s", (_, registries, statements) => {
    expect(statementsOf([registries])).toEqual(statements);
  });

  test("name nothing twice, however many pull secrets ask for it", () => {
    const registries = [
      ecr("us-east-1"),
      ecr("eu-west-1", { roleArn: role("pull") }),
      ecr("us-east-1", { accounts: ["444455556666"], endpoints: ["ipv4", "fips"] }),
      ecrPublic(),
      kept("registries/ghcr", { kmsKeyArn: keyArn }),
    ];
    const others = [ecr("us-east-1"), ecrPublic({ roleArn: role("pull") })];
    expect(statementsOf([registries, registries, others])).toEqual([
      getToken,
      pull(repositories("us-east-1"), repositories("us-east-1", "444455556666")),
      getPublicToken,
      assume(role("pull")),
      read(ownSecret("registries/ghcr")),
      decrypt(keyArn, hereByName),
    ]);
  });

  test("of sessions for pods: only to assume their role", () => {
    const format = { type: "awsCredentials", roleArn: role("web") };
    const config = parse([
      { name: "pull", registries: [ecr("eu-west-1", { roleArn: role("pull") })] },
      { name: "aws", format },
      { name: "aws-too", format },
    ]);
    expect(mintStatements(config)).toEqual([assume(role("pull"), role("web"))]);
  });

  test("hold no way to write, and no resource of * but the tokens', for which AWS has none", () => {
    const registries = [
      ecr("us-east-1"),
      ecr("eu-west-1", { roleArn: role("a") }),
      ecrPublic(),
      kept("registries/ghcr", { kmsKeyArn: keyArn }),
    ];
    const statements = statementsOf([registries]);
    expect(statements.flatMap(({ Action }) => Action).join()).not.toMatch(
      /\*|Put|Create|Update|Delete|Upload|List/,
    );
    const wide = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('"*"'));
    expect(wide).toEqual([getToken, getPublicToken]);
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

  test("don't change with the name under which a kept login is used", () => {
    const one = kept("registries/hub", { host: "docker.io" });
    const other = kept("registries/hub", { host: "quay.io", username: "robot" });
    expect(statementsOf([[one]])).toEqual(statementsOf([[other]]));
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
