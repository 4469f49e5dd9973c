import { describe, expect, test } from "vitest";
import { problemsIn, pullSecretWith, registries } from "./config-text.ts";

describe("two pull secrets of one name", () => {
  test.each([
    ["", ""],
    ["clusters: [prod-eu]", ""],
    ["clusters: [prod-*]", "clusters: [dev, '*-eu']"],
    ["clusters: [prod-eu]", "clusters: [prod-eu]"],
  ])("are refused where a cluster may match both (%j, %j)", (first, second) => {
    expect(problemsIn(twoOfOneName(first, second))).toMatchObject([
      {
        path: "pullSecrets[1].name",
        line: 5,
        message: expect.stringContaining('pullSecrets[0] is called "ecr-pull" too'),
      },
    ]);
  });

  test("are fine for different clusters", () => {
    expect(problemsIn(twoOfOneName("clusters: [prod-*]", "clusters: [dev-*]"))).toEqual([]);
  });

  test("are found beside other problems of theirs", () => {
    const text = twoOfOneName("nonsense: 1", "adopt: maybe").replaceAll("us-east-1", "nowhere");
    expect(problemsIn(text).map(({ path }) => path)).toEqual([
      "pullSecrets[0].registries[0].region",
      "pullSecrets[0].nonsense",
      "pullSecrets[1].name",
      "pullSecrets[1].registries[0].region",
      "pullSecrets[1].adopt",
    ]);
  });
});

describe("one registry twice in a pull secret", () => {
  const roleA = 'roleArn: "arn:aws:iam::111122223333:role/a"';
  const roleB = 'roleArn: "arn:aws:iam::111122223333:role/b"';
  const roleElsewhere = 'roleArn: "arn:aws:iam::444455556666:role/a"';

  test.each([
    ["us-east-1", "us-east-1", "the registry of this account in us-east-1"],
    [
      'us-east-1, accounts: ["111122223333"]',
      'us-east-1, accounts: ["444455556666", "111122223333"]',
      "the registry of 111122223333 in us-east-1",
    ],
    [`us-east-1, ${roleA}`, `us-east-1, ${roleA}`, "the registry of 111122223333 in us-east-1"],
    [`us-east-1, ${roleA}`, `us-east-1, ${roleB}`, "the registry of 111122223333 in us-east-1"],
    [
      `us-east-1, ${roleA}`,
      `us-east-1, accounts: ["111122223333"], ${roleElsewhere}`,
      "the registry of 111122223333 in us-east-1",
    ],
  ])("is refused (%s; %s)", (first, second, registry) => {
    expect(problemsIn(twoRegistries(first, second))).toMatchObject([
      {
        path: "pullSecrets[0].registries[1]",
        line: 5,
        message: `${registry} is already in registries[0]: expected it once`,
      },
    ]);
  });

  test("is refused within one list of accounts", () => {
    const account = '"111122223333"';
    const text = twoRegistries("eu-west-1", `us-east-1, accounts: [${account}, ${account}]`);
    expect(problemsIn(text)).toMatchObject([
      { message: expect.stringContaining("is already in registries[1]") },
    ]);
  });

  test.each([
    ["us-east-1", "us-east-2"],
    [`us-east-1, ${roleA}`, `us-east-2, ${roleA}`],
    [`us-east-1, ${roleA}`, `us-east-1, ${roleElsewhere}`],
    ['us-east-1, accounts: ["111122223333"]', 'us-east-1, accounts: ["444455556666"]'],
    ["us-east-1", `us-east-1, ${roleA}`],
  ])("is not what these are (%s; %s)", (first, second) => {
    expect(problemsIn(twoRegistries(first, second))).toEqual([]);
  });

  test("is found beside other problems", () => {
    const text = twoRegistries("us-east-1, endpoints: [x]", "us-east-1, nonsense: 1");
    expect(problemsIn(text).map(({ path }) => path)).toEqual([
      "pullSecrets[0].registries[0].endpoints[0]",
      "pullSecrets[0].registries[1].nonsense",
      "pullSecrets[0].registries[1]",
    ]);
  });
});

describe("another registry twice in a pull secret", () => {
  const kept = (host: string, secretId = "login") =>
    `{ type: static, host: "${host}", secretId: ${secretId} }`;

  test.each([
    [kept("ghcr.io"), kept("ghcr.io", "another"), "the registry ghcr.io"],
    [kept("docker.io"), kept("index.docker.io"), "the registry docker.io"],
    ["{ type: ecr-public }", "{ type: ecr-public }", "the registry public.ecr.aws"],
    [
      "{ type: ecr-public }",
      '{ type: ecr-public, roleArn: "arn:aws:iam::111122223333:role/a" }',
      "the registry public.ecr.aws",
    ],
  ])("is refused (%s; %s)", (first, second, registry) => {
    expect(problemsIn(pullSecretWith(`registries: [${first}, ${second}]`))).toMatchObject([
      {
        path: "pullSecrets[0].registries[1]",
        message: `${registry} is already in registries[0]: expected it once`,
      },
    ]);
  });

  test.each([
    [kept("ghcr.io"), kept("docker.io")],
    [kept("registry.example.com"), kept("registry.example.com:5000")],
    [kept("ghcr.io"), "{ type: ecr-public }"],
  ])("is not what these are (%s; %s)", (first, second) => {
    expect(problemsIn(pullSecretWith(`registries: [${first}, ${second}]`))).toEqual([]);
  });
});

describe("a kept login", () => {
  const registryWith = (host: string, secretId: string) =>
    pullSecretWith(`registries: [{ type: static, host: "${host}", secretId: "${secretId}" }]`);

  test.each([
    ["111122223333.dkr.ecr.us-east-1.amazonaws.com", "ecr"],
    ["111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr"],
    ["111122223333.dkr-ecr.eu-west-1.on.aws", "ecr"],
    ["111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn:443", "ecr"],
    ["public.ecr.aws", "ecr-public"],
    ["public.ecr.aws:443", "ecr-public"],
    ["ecr-public.aws.com", "ecr-public"],
    ["ecr-public.us-east-1.aws.com", "ecr-public"],
  ])("for %s is refused: type %s mints one", (host, type) => {
    expect(problemsIn(registryWith(host, "login"))).toMatchObject([
      {
        path: "pullSecrets[0].registries[0].host",
        message: `a registry of AWS's, whose login has to be minted: expected type ${type}`,
      },
    ]);
  });

  test.each(["public.ecr.aws.example.com", "ecr.example.com", "dkr.ecr.us-east-1.example.com"])(
    "for %s is fine",
    (host) => {
      expect(problemsIn(registryWith(host, "login"))).toEqual([]);
    },
  );

  test.each(["registry-1.docker.io", "registry-1.docker.io:443"])(
    "for Docker Hub goes by the name in images, and not by %s",
    (host) => {
      expect(problemsIn(registryWith(host, "login"))).toMatchObject([
        {
          path: "pullSecrets[0].registries[0].host",
          message:
            "Docker Hub answers there, and images and logins go by another name: expected docker.io",
        },
      ]);
    },
  );

  test.each([
    ["us-east-1:111122223333:key/1234abcd", "us-east-1", 0],
    ["eu-west-1:111122223333:key/1234abcd", "us-east-1", 1],
    ["eu-west-1:111122223333:key/mrk-1234abcd", "us-east-1", 1],
    ["eu-west-1:444455556666:key/1234abcd", "eu-west-1", 0],
  ])("is encrypted with a key of its own region: %s, in %s", (key, region, problems) => {
    const secretId = `arn:aws:secretsmanager:${region}:111122223333:secret:ghcr`;
    const fields = `type: static, host: ghcr.io, secretId: "${secretId}", kmsKeyArn: "arn:aws:kms:${key}"`;
    const found = problemsIn(pullSecretWith(`registries: [{ ${fields} }]`));
    expect(found).toHaveLength(problems);
    expect(found).toMatchObject(
      [
        {
          path: "pullSecrets[0].registries[0].kmsKeyArn",
          message:
            "a secret is encrypted with a key of its own region: expected one in us-east-1, found one in eu-west-1",
        },
      ].slice(0, problems),
    );
  });

  test.each([
    "ecr-pull-secrets/prod/clusters/prod-eu",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pull-secrets/prod/clusters/prod-eu",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pull-secrets/a.b/clusters/prod-eu-AbCdEf",
  ])("that is the record of a cluster is refused: %s", (secretId) => {
    const problems = problemsIn(registryWith("ghcr.io", secretId));
    expect(problems).toMatchObject([
      {
        path: "pullSecrets[0].registries[0].secretId",
        message: expect.stringContaining("its kubeconfig would be pushed into clusters"),
      },
    ]);
  });

  test.each([
    "ecr-pull-secrets/registries/ghcr",
    "ecr-pull-secrets/clusters/ghcr",
    "team/ecr-pull-secrets/prod/clusters/x",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:ghcr-AbCdEf",
  ])("may be called %s", (secretId) => {
    expect(problemsIn(registryWith("ghcr.io", secretId))).toEqual([]);
  });
});

describe("repositories", () => {
  const role = 'roleArn: "arn:aws:iam::111122223333:role/a"';

  test("beside a role are refused: its own policy decides", () => {
    const text = pullSecretWith(
      `registries: [{ type: ecr, region: us-east-1, ${role}, repositories: [web] }]`,
    );
    expect(problemsIn(text)).toMatchObject([
      {
        path: "pullSecrets[0].registries[0].repositories",
        message: expect.stringContaining("the policy of roleArn decides"),
      },
    ]);
  });

  test.each([
    ["us-east-1", "us-east-1, repositories: [web]"],
    ["us-east-1, repositories: [web, '*']", "us-east-1, repositories: [web]"],
    [
      'us-east-1, accounts: ["111122223333", "444455556666"]',
      'us-east-1, accounts: ["444455556666"], repositories: [web]',
    ],
  ])("that narrow nothing are refused: another pull secret opens all (%s; %s)", (all, narrowed) => {
    expect(problemsIn(twoPullSecrets(all, narrowed))).toMatchObject([
      {
        path: "pullSecrets[1].registries[0].repositories",
        line: 5,
        message: expect.stringContaining("pullSecrets[0].registries[0] opens all repositories"),
      },
    ]);
  });

  test.each([
    ["us-east-1, repositories: [api]", "us-east-1, repositories: [web]"],
    ["us-east-1", "eu-west-1, repositories: [web]"],
    ["us-east-1", 'us-east-1, accounts: ["444455556666"], repositories: [web]'],
    [`us-east-1, ${role}`, 'us-east-1, accounts: ["111122223333"], repositories: [web]'],
  ])("may narrow in several ways (%s; %s)", (first, second) => {
    expect(problemsIn(twoPullSecrets(first, second))).toEqual([]);
  });

  test.each([
    ["Web", 'found "Web"'],
    ["/web", 'found "/web"'],
    ["web/$" + "{x}", "expected a repository's name or glob"],
    ["web api", "expected a repository's name or glob"],
    ["w".repeat(257), "expected a repository's name or glob"],
  ])("aren't called %j", (name, message) => {
    const text = pullSecretWith(
      `registries: [{ type: ecr, region: us-east-1, repositories: ["${name}"] }]`,
    );
    const problems = problemsIn(text);
    expect(problems.map(({ path }) => path)).toEqual([
      "pullSecrets[0].registries[0].repositories[0]",
    ]);
    expect(problems[0]?.message).toContain(message);
  });
});

function twoPullSecrets(first: string, second: string): string {
  const other = pullSecretWith(`registries: [{ type: ecr, region: ${second} }]`);
  const [, ...lines] = other.replace("ecr-pull", "other").split("\n");
  return `${pullSecretWith(`registries: [{ type: ecr, region: ${first} }]`)}${lines.join("\n")}`;
}

function twoOfOneName(first: string, second: string): string {
  const [, ...other] = pullSecretWith(registries, second).split("\n");
  return pullSecretWith(registries, first || "adopt: false") + other.join("\n");
}

function twoRegistries(first: string, second: string): string {
  return pullSecretWith(
    "registries:",
    `  - { type: ecr, region: ${first} }`,
    `  - { type: ecr, region: ${second} }`,
  );
}
