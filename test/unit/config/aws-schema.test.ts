import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { file, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const aws = (options: string) => `aws: ${options}\n${pullSecretWith(registries)}`;
const parse = (options: string) => parseConfig(aws(options), file).aws;

const key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const account = "arn:aws:iam::111122223333";
const subnet = "subnet-0123456789abcdef0";
const group = "sg-01234567";

describe("what is said of the deployment", () => {
  test("is kept", () => {
    const options = `{ kmsKeyArn: ${key}, permissionsBoundary: "${account}:policy/b",
      tags: { team: platform, cost-center: "4711", "owner:mail": "a+b@example.com" },
      logRetentionDays: 365, vpc: { subnetIds: [${subnet}], securityGroupIds: [${group}] },
      concurrency: { queue: 2, reserved: 2 } }`;
    expect(parse(options)).toEqual({
      kmsKeyArn: key,
      permissionsBoundary: `${account}:policy/b`,
      tags: { team: "platform", "cost-center": "4711", "owner:mail": "a+b@example.com" },
      logRetentionDays: 365,
      vpc: { kind: "existing", subnetIds: [subnet], securityGroupIds: [group] },
      concurrency: { queue: 2, reserved: 2 },
    });
  });

  test("may be a network of the stack's own", () => {
    expect(parse("{ vpc: { fixedEgress: true } }").vpc).toEqual({ kind: "fixed-egress" });
  });

  test.each([
    `{ kmsKeyArn: "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd" }`,
    `{ kmsKeyArn: "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd" }`,
    `{ permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess" }`,
    `{ permissionsBoundary: "${account}:policy/teams/web/boundary" }`,
    `{ tags: { size: "für alle", "a b": "c d", x: "=", "team:mail": "a@b" } }`,
    "{ logRetentionDays: 1 }",
    "{ concurrency: { queue: 1000, reserved: 1000 } }",
    "{ concurrency: { reserved: 50 } }",
  ])("may be %s", (options) => {
    expect(problemsIn(aws(options))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["true", "aws", "expected a mapping, found the boolean true"],
    ["{ kmsKeyArm: x }", "aws.kmsKeyArm", "unknown key: did you mean kmsKeyArn?"],
    ["{ kmsKeyArn: alias/ours }", "aws.kmsKeyArn", "expected the ARN of a key (not of an alias)"],
    [`{ kmsKeyArn: "${key.replace("key/", "alias/")}" }`, "aws.kmsKeyArn", "not of an alias"],
    [`{ kmsKeyArn: "${key}\\n" }`, "aws.kmsKeyArn", "expected the ARN of a key"],
    [`{ kmsKeyArn: "${key}/../x" }`, "aws.kmsKeyArn", "expected the ARN of a key"],
    [`{ kmsKeyArn: "${key.replace("us-east-1", `\${AWS::Region}`)}" }`, "aws.kmsKeyArn", "found"],
    [`{ permissionsBoundary: "${account}:role/x" }`, "aws.permissionsBoundary", "ARN of a policy"],
    [`{ permissionsBoundary: "${account}:policy/" }`, "aws.permissionsBoundary", "ARN of a policy"],
    ["{ permissionsBoundary: boundary }", "aws.permissionsBoundary", 'found "boundary"'],
    ["{ tags: [team] }", "aws.tags", "expected a mapping, found a list"],
    ["{ tags: { 'aws:x': a } }", 'aws.tags["aws:x"]', 'reserved), found "aws:x"'],
    ["{ tags: { 'AwS:x': a } }", 'aws.tags["AwS:x"]', 'reserved), found "AwS:x"'],
    [
      "{ tags: { 'ecr-pull-secrets:rbac': a } }",
      'aws.tags["ecr-pull-secrets:rbac"]',
      'reserved), found "ecr-pull-secrets:rbac"',
    ],
    ["{ tags: { '': a } }", 'aws.tags[""]', "expected a tag's key"],
    ["{ tags: { größe: b } }", 'aws.tags["größe"]', "unaccented letters"],
    ["{ tags: { 'a@b': b } }", 'aws.tags["a@b"]', "expected a tag's key"],
    ["{ tags: { ' a': b } }", 'aws.tags[" a"]', "expected a tag's key"],
    ["{ tags: { 'a<b': b } }", 'aws.tags["a<b"]', "expected a tag's key"],
    [
      `{ tags: { ${"k".repeat(129)}: b } }`,
      `aws.tags["${"k".repeat(40)}…"]`,
      "a tag's key (up to 128",
    ],
    ["{ tags: { team: 5 } }", "aws.tags.team", "a tag's value in quotes"],
    ["{ tags: { team: '' } }", "aws.tags.team", "a tag's value in quotes"],
    ["{ tags: { team: 'a;b' } }", "aws.tags.team", 'found "a;b"'],
    ['{ tags: { team: "a\\nb" } }', "aws.tags.team", 'found "a\\nb"'],
    [`{ tags: { team: ${"v".repeat(257)} } }`, "aws.tags.team", "(up to 256"],
    ["{ tags: { team: a, Team: b } }", "aws.tags.Team", "found team and Team"],
    [`{ tags: { ${tags(41)} } }`, "aws.tags", "expected at most 40 tags, found 41"],
    ["{ logRetentionDays: 31 }", "aws.logRetentionDays", "expected 1, 3, 5, 7, 14, 30, 60"],
    ["{ logRetentionDays: '30' }", "aws.logRetentionDays", 'found "30"'],
    ["{ vpc: true }", "aws.vpc", "expected a mapping, found the boolean true"],
    ["{ vpc: {} }", "aws.vpc", "or fixedEgress: true, found neither"],
    ["{ vpc: { fixedEgress: false } }", "aws.vpc.fixedEgress", "expected true, found"],
    [`{ vpc: { fixedEgress: true, subnetIds: [${subnet}] } }`, "aws.vpc", "found both"],
    [`{ vpc: { subnetIds: [${subnet}] } }`, "aws.vpc", "found no securityGroupIds"],
    [`{ vpc: { securityGroupIds: [${group}] } }`, "aws.vpc", "found no subnetIds"],
    [
      `{ vpc: { subnetIds: [${group}], securityGroupIds: [${group}] } }`,
      "aws.vpc.subnetIds[0]",
      "expected a subnet such as",
    ],
    ["{ vpc: { subnetId: x } }", "aws.vpc.subnetId", "did you mean subnetIds?"],
    ["{ concurrency: { queue: 1 } }", "aws.concurrency.queue", "a whole number from 2 to 1000"],
    ["{ concurrency: { queue: 1001 } }", "aws.concurrency.queue", "found the number 1001"],
    ["{ concurrency: { queue: 2.5 } }", "aws.concurrency.queue", "found the number 2.5"],
    ["{ concurrency: { queue: '9' } }", "aws.concurrency.queue", 'found "9"'],
    ["{ concurrency: { queue: .nan } }", "aws.concurrency.queue", "a whole number from 2 to 1000"],
    ["{ concurrency: { reserved: 0 } }", "aws.concurrency.reserved", "a whole number from 2"],
    [
      "{ concurrency: { queue: 20, reserved: 19 } }",
      "aws.concurrency.reserved",
      "expected at least as much as queue, 20, found 19",
    ],
    [
      "{ concurrency: { reserved: 10 } }",
      "aws.concurrency.reserved",
      "expected at least as much as queue, 50 by default, found 10",
    ],
  ])("can't be %j", (options, path, message) => {
    const problems = problemsIn(aws(options));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file, path });
    expect(problems[0]?.message).toContain(message);
  });

  test("takes as many tags as a record has room for", () => {
    expect(problemsIn(aws(`{ tags: { ${tags(40)} } }`))).toEqual([]);
  });
});

function tags(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}: v`).join(", ");
}
