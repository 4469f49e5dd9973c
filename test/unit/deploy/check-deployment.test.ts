import { describe, expect, test } from "vitest";
import { checkDeployment } from "../../../src/deploy/check-deployment.ts";
import { policyCharacters } from "../../../src/deploy/policy-size.ts";
import { StageError } from "../../../src/deploy/stage-error.ts";
import { ConfigError } from "../../../src/errors.ts";
import { deploymentOf, keyArn, ownRegistry } from "./deployment.ts";

const configFile = "config/prod.yml";

function check(stage: string, region: string, given = {}) {
  return () => checkDeployment({ ...deploymentOf(given), stage }, { configFile, region });
}

describe("a stage's name", () => {
  test.each([
    ["prod", "us-east-1"],
    ["s".repeat(28), "us-east-1"],
    ["s".repeat(23), "ap-southeast-2"],
    ["Team-1", "us-east-1"],
  ])("may be %s in %s", (stage, region) => {
    expect(check(stage, region)).not.toThrow();
  });

  test.each([
    ["s".repeat(29), "us-east-1", "up to 28 letters, digits and hyphens", "found 29 characters"],
    ["s".repeat(24), "ap-southeast-2", "up to 23 letters", "found 24 characters"],
    ["prod_eu", "us-east-1", "up to 28 letters", "found others"],
    ["prod.eu", "us-east-1", "up to 28 letters", "found others"],
    ["-prod", "us-east-1", "a letter or digit at both ends", "found others"],
  ])("can't be %s in %s: it says what can", (stage, region, expected, found) => {
    const failure = check(stage, region);
    expect(failure).toThrow(StageError);
    expect(failure).toThrow(`a stage can't be called "${stage}" in ${region}`);
    expect(failure).toThrow(expected);
    expect(failure).toThrow(found);
    expect(failure).toThrow(
      expect.objectContaining({
        hint: `Rename config/${stage}.yml, and deploy that: npx serverless deploy --stage <name>`,
      }),
    );
  });
});

describe("a key", () => {
  test("of the stage's region is fine", () => {
    expect(check("prod", "us-east-1", { aws: { kmsKeyArn: keyArn } })).not.toThrow();
  });

  test("of another region is refused, with the place in the file", () => {
    const failure = check("prod", "eu-west-1", { aws: { kmsKeyArn: keyArn } });
    expect(failure).toThrow(ConfigError);
    expect(failure).toThrow(
      "config/prod.yml: aws.kmsKeyArn: expected a key in eu-west-1, where the stage is deployed, " +
        "found one in us-east-1",
    );
  });
});

describe("a kept login's key", () => {
  const kept = (secretId: string) => ({
    registries: [
      ownRegistry,
      { type: "static", host: "ghcr.io", secretId, kmsKeyArn: keyArn, username: undefined },
    ],
  });

  test.each([
    ["login", "us-east-1"],
    ["arn:aws:secretsmanager:us-east-1:111122223333:secret:login", "eu-west-1"],
  ])("is of the region where the secret is: %s, in %s", (secretId, region) => {
    expect(check("prod", region, kept(secretId))).not.toThrow();
  });

  test("is refused where the secret is named without its region, and another is deployed to", () => {
    const failure = check("prod", "eu-west-1", kept("login"));
    expect(failure).toThrow(ConfigError);
    expect(failure).toThrow(
      "config/prod.yml: pullSecrets[0].registries[1].kmsKeyArn: expected a key in eu-west-1, " +
        "where the stage is deployed and the secret is looked for, found one in us-east-1",
    );
  });
});

describe("what the refresh function may", () => {
  /** Each repository is one ARN. */
  const repositories = (count: number) =>
    Array.from({ length: count }, (_, index) => `team-with-a-long-name/repository-${index}`);
  const withRepositories = (count: number) => ({
    registries: [{ ...ownRegistry, repositories: repositories(count) }],
  });

  test("fits into its role for scores of repositories", () => {
    expect(check("prod", "us-east-1", withRepositories(60))).not.toThrow();
  });

  test("is refused before IAM refuses it, with a way out", () => {
    const failure = check("prod", "us-east-1", withRepositories(120));
    expect(failure).toThrow(ConfigError);
    expect(failure).toThrow(/config\/prod\.yml: pullSecrets: .* IAM holds 10240; a glob stands/);
  });

  test("is counted as IAM counts it: with the ARNs, and what a network needs", () => {
    const characters = (given = {}) => policyCharacters(deploymentOf(given), "us-east-1");
    const oneMore = characters(withRepositories(11)) - characters(withRepositories(10));
    const arn =
      "arn:aws-us-gov:ecr:us-east-1:123456789012:repository/team-with-a-long-name/repository-10";
    expect(oneMore).toBe(JSON.stringify(arn).length + 1);
    const vpc = { fixedEgress: true };
    expect(characters({ aws: { vpc } }) - characters()).toBe(1_000);
  });
});
