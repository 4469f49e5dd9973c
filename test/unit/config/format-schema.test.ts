/** Values that end up in a command line of pods, in a call to STS, or in a policy of IAM. */
import { describe, expect, test } from "vitest";
import { onlyPullSecret, problemsIn, pullSecretWith } from "./config-text.ts";

const roleArn = "arn:aws:iam::111122223333:role/pods";

function sessions(...lines: readonly string[]): string {
  const given = lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
  return pullSecretWith("format:", "  type: awsCredentials", `  roleArn: ${roleArn}`, ...given);
}

const told = (text: string) =>
  problemsIn(text).map(({ path, message }) => [path.replace("pullSecrets[0].", ""), message]);

describe("a path where pods mount a session", () => {
  test.each(["/aws", "/var/run/secrets/aws", "/a.b/..c/d..", "/-x"])("may be %s", (mountPath) => {
    const { format } = onlyPullSecret(sessions(`mountPath: ${mountPath}`));
    expect(format).toMatchObject({ mountPath });
  });

  test.each(["aws", "/", "//aws", "/aws/", "/a/../b", "/a/.", "/..", "/a b", "/a;id", "/$HOME"])(
    "may not be %s",
    (mountPath) => {
      const expected = expect.stringMatching(/^expected an absolute path such as .*, found "/);
      expect(told(sessions(`mountPath: "${mountPath}"`))).toEqual([["format.mountPath", expected]]);
    },
  );
});

describe("a policy for sessions", () => {
  const policy = (statement: string) =>
    `sessionPolicy: &policy\n  Version: "2012-10-17"\n  Statement: ${statement}`;

  test("reaches STS as JSON", () => {
    const { format } = onlyPullSecret(sessions(policy('[{ Sid: "Ünique" }]')));
    expect(format).toMatchObject({
      sessionPolicy: '{"Version":"2012-10-17","Statement":[{"Sid":"Ünique"}]}',
    });
  });

  test.each([
    [
      "as YAML alone can write it",
      "[*policy]",
      "a policy that holds itself is no JSON: expected none of its own aliases",
    ],
    [
      "as it is too long",
      `[{ Sid: ${"x".repeat(2_048)} }]`,
      "STS takes a policy of at most 2048 characters: expected a shorter one, found 2097",
    ],
    [
      "for its characters",
      '[{ Sid: "中" }]',
      'STS takes a policy of characters up to "ÿ": expected no other, found "中"',
    ],
  ])("is refused %s", (_, statement, message) => {
    expect(told(sessions(policy(statement)))).toEqual([["format.sessionPolicy", message]]);
  });
});

describe("a kept secret", () => {
  const kept = (secretId: string) =>
    pullSecretWith(`registries: [{ type: static, host: ghcr.io, secretId: "${secretId}" }]`);

  test.each([
    "ghcr",
    "rds!db-1",
    "team/ghcr_a+b=c.d@e-f",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:team/ghcr-AbCdEf",
    "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:ghcr",
  ])("is named as Secrets Manager does: %s", (secretId) => {
    expect(problemsIn(kept(secretId))).toEqual([]);
  });

  test.each([
    "a:b",
    "arn:",
    "arn:aws:iam::111122223333:role/ghcr",
    "arn:aws:secretsmanager:us-east-1:1:secret:ghcr",
    "arn:aws:secretsmanager:evil.example/x:111122223333:secret:ghcr",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:*",
    "ghcr?",
  ])("is named no other way: %s", (secretId) => {
    // What stands there may be the login itself.
    const message =
      "expected the name or ARN of a secret in Secrets Manager, found a value that isn't shown here";
    expect(told(kept(secretId))).toEqual([["registries[0].secretId", message]]);
  });
});

test.each(["role/*/pods", "role/team?/pods", "role/${" + "aws:username}/pods"])(
  "a role is named outright, as IAM gives the right to assume what this matches: %s",
  (path) => {
    const arn = `arn:aws:iam::111122223333:${path}`;
    expect(told(sessions().replace(roleArn, JSON.stringify(arn)))).toMatchObject([
      ["format.roleArn", expect.stringMatching(/^expected the ARN of a role/)],
    ]);
  },
);
