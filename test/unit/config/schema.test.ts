import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { matchesCluster } from "../../../src/config/stage-config.ts";
import { file, onlyPullSecret, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const region = "expected a region such as us-east-1";
const arn = "expected the ARN of a role";
const namespace = "expected a namespace's name or glob";

describe("a config", () => {
  test("has every default filled in", () => {
    expect(parseConfig(pullSecretWith(registries), file)).toEqual({
      schedule: { expression: "rate(10 minutes)", periodMinutes: 10 },
      alarms: { email: undefined },
      metrics: { perCluster: false },
      localClusters: [],
      allowInsecureTls: [],
      aws: {
        kmsKeyArn: undefined,
        permissionsBoundary: undefined,
        tags: {},
        logRetentionDays: 30,
        vpc: undefined,
        concurrency: { queue: 50, reserved: undefined },
      },
      pullSecrets: [
        {
          name: "ecr-pull",
          clusters: ["*"],
          namespaces: { include: ["*"], exclude: [], selector: undefined },
          serviceAccounts: [],
          registries: [
            {
              type: "ecr",
              region: "us-east-1",
              accounts: undefined,
              roleArn: undefined,
              endpoints: ["ipv4"],
              repositories: undefined,
            },
          ],
          format: { type: "dockerconfigjson", email: undefined },
          restart: [],
          adopt: false,
          prune: false,
        },
      ],
    });
  });

  test("keeps what is given", () => {
    const text = `
schedule: rate(1 minute)
alarms: { email: platform@example.com }
localClusters: [lab, "factory-*"]
allowInsecureTls: [lab]
${pullSecretWith(
  "clusters: [prod-*]",
  "serviceAccounts: [default, ci.bot]",
  "format: { type: dockerconfigjson }",
  "adopt: true",
  "prune: true",
  "registries:",
  "  - type: ecr",
  "    region: us-gov-west-1",
  '    accounts: ["111122223333", "012345678901"]',
  "    roleArn: arn:aws-us-gov:iam::444455556666:role/teams/web/pull",
  "    endpoints: [fips, ipv4, fips]",
)}`;
    expect(parseConfig(text, file)).toMatchObject({
      schedule: { expression: "rate(1 minute)", periodMinutes: 1 },
      alarms: { email: "platform@example.com" },
      localClusters: ["lab", "factory-*"],
      allowInsecureTls: ["lab"],
      pullSecrets: [
        {
          clusters: ["prod-*"],
          serviceAccounts: ["default", "ci.bot"],
          adopt: true,
          prune: true,
          registries: [
            {
              accounts: ["111122223333", "012345678901"],
              roleArn: "arn:aws-us-gov:iam::444455556666:role/teams/web/pull",
              endpoints: ["fips", "ipv4"],
            },
          ],
        },
      ],
    });
  });

  test("takes the account from the role where none is named", () => {
    const text = pullSecretWith(
      "registries:",
      "  - { type: ecr, region: eu-west-1, roleArn: 'arn:aws:iam::111122223333:role/pull' }",
    );
    expect(onlyPullSecret(text).registries[0]).toMatchObject({ accounts: ["111122223333"] });
  });

  test('links all service accounts for ["*"]', () => {
    const text = pullSecretWith(registries, 'serviceAccounts: ["*"]');
    expect(onlyPullSecret(text).serviceAccounts).toBe("all");
  });

  test.each([
    ["rate(1 minute)", 1],
    ["rate(2 minutes)", 2],
    ["rate(60 minutes)", 60],
  ])("runs by the schedule %s", (expression, periodMinutes) => {
    const text = `schedule: ${expression}\n${pullSecretWith(registries)}`;
    expect(parseConfig(text, file).schedule).toEqual({ expression, periodMinutes });
  });

  test.each([
    "us-east-1",
    "ap-southeast-7",
    "us-gov-west-1",
    "cn-north-1",
    "us-isob-east-1",
    "eusc-de-east-1",
    "mx-central-1",
  ])("knows the region %s", (name) => {
    expect(problemsIn(pullSecretWith(`registries: [{ type: ecr, region: ${name} }]`))).toEqual([]);
  });

  test.each(["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-f", "aws-eusc"])(
    "knows roles in the partition %s",
    (partition) => {
      const registry = `{ type: ecr, region: us-east-1, roleArn: "arn:${partition}:iam::111122223333:role/a+b" }`;
      expect(problemsIn(pullSecretWith(`registries: [${registry}]`))).toEqual([]);
    },
  );

  test("applies a pull secret to the clusters that match", () => {
    const pullSecret = onlyPullSecret(pullSecretWith(registries, "clusters: [prod-*, lab.1]"));
    const names = ["prod-eu", "lab.1", "labx1", "Prod-eu", "dev"];
    expect(names.filter((name) => matchesCluster(pullSecret, name))).toEqual(["prod-eu", "lab.1"]);
  });
});

describe("a problem in one place is told with place, expectation and finding", () => {
  test.each<[string, string, string]>([
    // [lines of the pull secret, path within it, message]
    ["registries: []", "registries", "expected at least one entry, found none"],
    ["registries:", "registries", "expected a list, found nothing"],
    ["registries: ecr", "registries", 'expected a list, found "ecr"'],
    ["registries: [ecr]", "registries[0]", 'expected a mapping, found "ecr"'],
    ["registries: [{}]", "registries[0].type", "missing: expected ecr, ecr-public, or static"],
    [
      "registries: [{ type: erc }]",
      "registries[0].type",
      'expected ecr, ecr-public, or static, found "erc"',
    ],
    ["registries: [{ type: ecr }]", "registries[0].region", `missing: ${region}`],
    [ecr("region: useast1"), "registries[0].region", `${region}, found "useast1"`],
    [ecr("region: us-east-1a"), "registries[0].region", `${region}, found "us-east-1a"`],
    [ecr("region: US-EAST-1"), "registries[0].region", `${region}, found "US-EAST-1"`],
    [
      ecr("region: us-east-1, accounts: [111122223333]"),
      "registries[0].accounts[0]",
      'expected an account ID in quotes, 12 digits such as "111122223333", found the number 111122223333',
    ],
    [
      ecr('region: us-east-1, accounts: ["1111"]'),
      "registries[0].accounts[0]",
      'expected an account ID in quotes, 12 digits such as "111122223333", found "1111"',
    ],
    [ecr("region: us-east-1, accounts: []"), "registries[0].accounts", "expected at least one"],
    [ecr("region: us-east-1, roleArn: pull"), "registries[0].roleArn", `${arn}, such as`],
    [role("arn:aws:iam::1:role/x"), "registries[0].roleArn", 'found "arn:aws:iam::1:role/x"'],
    [role("arn:aws:iam::111122223333:user/x"), "registries[0].roleArn", arn],
    [role("arn:aws:sts::111122223333:assumed-role/x/y"), "registries[0].roleArn", arn],
    [role("arn:gcp:iam::111122223333:role/x"), "registries[0].roleArn", arn],
    [role("arn:aws:iam::111122223333:role/"), "registries[0].roleArn", arn],
    [role("arn:aws:iam::111122223333:role//x"), "registries[0].roleArn", arn],
    [role("arn:aws:iam::111122223333:role/x y"), "registries[0].roleArn", arn],
    [
      ecr("region: us-east-1, endpoints: [ipv6]"),
      "registries[0].endpoints[0]",
      'expected ipv4, dual-stack, or fips, found "ipv6"',
    ],
    [`clusters: []\n${registries}`, "clusters", "expected at least one entry, found none"],
    [`clusters: ["prod/eu"]\n${registries}`, "clusters[0]", "expected a cluster's name or glob"],
    [`clusters: ["{a,b}"]\n${registries}`, "clusters[0]", 'found "{a,b}"'],
    [`clusters: prod\n${registries}`, "clusters", 'expected a list, found "prod"'],
    [`namespaces: []\n${registries}`, "namespaces", "expected at least one entry, found none"],
    [`namespaces: ', '\n${registries}`, "namespaces", "expected at least one entry, found none"],
    [`namespaces: 5\n${registries}`, "namespaces", "expected a list of names or globs, one string"],
    [`namespaces:\n${registries}`, "namespaces", "or a mapping with include and exclude, found n"],
    [`namespaces: [5]\n${registries}`, "namespaces[0]", `${namespace} (small`],
    [`namespaces: ["!kube"]\n${registries}`, "namespaces[0]", 'found "!kube"'],
    [`namespaces: ["a[bc]"]\n${registries}`, "namespaces[0]", 'found "a[bc]"'],
    [`namespaces: ["{a,b}"]\n${registries}`, "namespaces[0]", 'found "{a,b}"'],
    [`namespaces: [Web]\n${registries}`, "namespaces[0]", 'found "Web"'],
    [`namespaces: [a.b]\n${registries}`, "namespaces[0]", 'found "a.b"'],
    [`namespaces: [-a]\n${registries}`, "namespaces[0]", 'found "-a"'],
    [`namespaces: a b !c\n${registries}`, "namespaces[2]", 'found "!c"'],
    [`namespaces: { include: [] }\n${registries}`, "namespaces.include", "expected at least one"],
    [`namespaces: { exclude: [a_b] }\n${registries}`, "namespaces.exclude[0]", namespace],
    [
      `namespaces: { inclde: [a] }\n${registries}`,
      "namespaces.inclde",
      "unknown key: did you mean include?",
    ],
    [
      `namespaces: { selector: "a b" }\n${registries}`,
      "namespaces.selector",
      'not a label selector: expected =, ==, !=, in or notin after "a", found "b"',
    ],
    [
      `namespaces: { selector: " " }\n${registries}`,
      "namespaces.selector",
      "expected a label selector such as team=web",
    ],
    [
      `namespaces: { include: [a, b], exclude: ["?"] }\n${registries}`,
      "namespaces.exclude",
      "everything that is included is excluded as well",
    ],
    [
      `namespaces: { include: [a*], exclude: ["*"] }\n${registries}`,
      "namespaces.exclude",
      "everything that is included is excluded as well",
    ],
    [
      `serviceAccounts: ["*", default]\n${registries}`,
      "serviceAccounts",
      'expected "*" alone, which stands for all, or names, found both',
    ],
    [
      `serviceAccounts: [ci-*]\n${registries}`,
      "serviceAccounts[0]",
      'expected a ServiceAccount\'s name (no globs here), or "*" for all, found "ci-*"',
    ],
    [`adopt: yes\n${registries}`, "adopt", 'expected true or false, found "yes"'],
    [`prune: 1\n${registries}`, "prune", "expected true or false, found the number 1"],
    [`registrys: []\n${registries}`, "registrys", "unknown key: did you mean registries?"],
    [
      `hosts: []\n${registries}`,
      "hosts",
      "unknown key: expected one of name, clusters, namespaces, serviceAccounts, registries, format",
    ],
    [ecr("region: us-east-1, role_arn: x"), "registries[0].role_arn", "did you mean roleArn?"],
    [`format: opaque\n${registries}`, "format", 'expected a mapping, found "opaque"'],
  ])("%j", (lines, path, message) => {
    const problems = problemsIn(pullSecretWith(lines));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file, path: `pullSecrets[0].${path}` });
    expect(problems[0]?.message).toContain(message);
  });

  test.each<[string, string, string]>([
    ["schedule: rate(1 minutes)", "schedule", 'found "rate(1 minutes)"'],
    ["schedule: rate(2 minute)", "schedule", 'expected a rate from "rate(1 minute)" to "rate(60 m'],
    ["schedule: rate(0 minutes)", "schedule", 'found "rate(0 minutes)"'],
    ["schedule: rate(61 minutes)", "schedule", 'found "rate(61 minutes)"'],
    ["schedule: rate(1 hour)", "schedule", 'found "rate(1 hour)"'],
    ["schedule: cron(0 * * * ? *)", "schedule", 'found "cron(0 * * * ? *)"'],
    ["schedule: 10", "schedule", "found the number 10"],
    ["alarms: { email: nobody }", "alarms.email", 'expected an email address, found "nobody"'],
    ["alarms:", "alarms", "expected a mapping, found nothing"],
    ['allowInsecureTls: ["*"]', "allowInsecureTls[0]", "no globs here"],
    ["localClusters: factory", "localClusters", 'expected a list, found "factory"'],
    ["localClusters: []", "localClusters", "expected at least one entry, found none"],
    ["localClusters: [7]", "localClusters[0]", "expected a cluster's name or glob"],
    ['localClusters: ["a,b"]', "localClusters[0]", 'for one), found "a,b"'],
    ["localClusters: [edge, '\"]']", "localClusters[1]", "expected a cluster's name or glob"],
    ['localClusters: ["$(x)"]', "localClusters[0]", "expected a cluster's name or glob"],
    ["localCluster: [a]", "localCluster", "unknown key: did you mean localClusters?"],
    ["allowInsecureTls: []", "allowInsecureTls", "expected at least one entry, found none"],
    ["alarm: {}", "alarm", "unknown key: did you mean alarms?"],
    ["__proto__: { prune: true }", "__proto__", "unknown key"],
    ["constructor: 1", "constructor", "unknown key"],
    ['"a\\e[31mb": 1', '["a\\u001b[31mb"]', "unknown key"],
  ])("%j", (line, path, message) => {
    const problems = problemsIn(`${line}\n${pullSecretWith(registries)}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file, path, line: 1 });
    expect(problems[0]?.message).toContain(message);
  });

  test.each([
    ["pullSecrets: []", "expected at least one entry, found none"],
    ["schedule: rate(5 minutes)", "missing: expected a list"],
    ["pullSecrets: {}", "expected a list, found a mapping"],
    [
      `pullSecrets:\n${"  - { name: a }\n".repeat(101)}`,
      "expected at most 100 entries, found more",
    ],
  ])("%j", (text, message) => {
    expect(problemsIn(text)).toEqual([{ file, path: "pullSecrets", line: 1, message }]);
  });
});

describe("other registries, formats and restarts", () => {
  test("are checked for typos together", () => {
    const text = pullSecretWith(
      "registries: [{ type: static, host: 'https://ghcr.io/', secretID: ghcr }]",
      "format: { type: opaque, username: a b, password: p }",
      "restart: [pod/x]",
    );
    expect(problemsIn(text).map(({ path }) => path.replace("pullSecrets[0].", ""))).toEqual([
      "registries[0].host",
      "registries[0].secretId",
      "registries[0].secretID",
      "format.username",
      "restart[0]",
    ]);
  });
});

function ecr(fields: string): string {
  return `registries: [{ type: ecr, ${fields} }]`;
}

function role(roleArn: string): string {
  return ecr(`region: us-east-1, roleArn: ${JSON.stringify(roleArn)}`);
}
